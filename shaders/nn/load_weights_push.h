// Push constants of nn/load_weights.comp.
#ifndef SCOREFIELD_NN_LOAD_WEIGHTS_PUSH_H
#define SCOREFIELD_NN_LOAD_WEIGHTS_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct LoadWeightsPush {
    uint count;
};

SHARED_END

#endif
