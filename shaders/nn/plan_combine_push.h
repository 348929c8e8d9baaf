// Push constants of nn/plan_combine.comp.
#ifndef SCOREFIELD_NN_PLAN_COMBINE_PUSH_H
#define SCOREFIELD_NN_PLAN_COMBINE_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct PlanCombinePush {
    uint table;  // where the first of its sums lies, in eights of words
    uint first;  // row whose chunk is the first part
    uint end;    // one past the last row, of particles
    uint accumulate;
};

SHARED_END

#endif
