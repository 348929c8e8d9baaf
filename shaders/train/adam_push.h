// Push constants of train/adam.comp.
#ifndef SCOREFIELD_TRAIN_ADAM_PUSH_H
#define SCOREFIELD_TRAIN_ADAM_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct AdamPush {
    uint weights;   // where they begin in `values`
    uint gradient;
    uint count;
    uint report;    // of this step: loss, sum of squares of the gradient
    float clip;     // largest norm of the gradient; 0: any
    float keep;     // 1 - rate decay
    float step;     // rate/(1 - beta1^n)
    float correction;  // 1/sqrt(1 - beta2^n)
    float keep_first;
    float keep_second;
    float take_first;
    float take_second;
    float epsilon;
    float take_average;
};

SHARED_END

#endif
