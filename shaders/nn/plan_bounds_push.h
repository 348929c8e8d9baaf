// Push constants of nn/plan_bounds.comp.
#ifndef SCOREFIELD_NN_PLAN_BOUNDS_PUSH_H
#define SCOREFIELD_NN_PLAN_BOUNDS_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct PlanBoundsPush {
    uint rows;
    uint count;  // levels + 1
    uint level;  // where the levels lie
    uint level_row;
    uint bounds;
};

SHARED_END

#endif
