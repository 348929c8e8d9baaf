// Push constants of train/norm.comp.
#ifndef SCOREFIELD_TRAIN_NORM_PUSH_H
#define SCOREFIELD_TRAIN_NORM_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct NormPush {
    uint loss;      // where it lies in `values`
    uint gradient;  // where it begins, at a multiple of four
    uint count;
    uint report;    // where the two figures go
    float largest_loss;  // a loss beyond it, in size, is one of a training that has diverged
};

SHARED_END

#endif
