// Push constants of nn/plan_levels.comp.
#ifndef SCOREFIELD_NN_PLAN_LEVELS_PUSH_H
#define SCOREFIELD_NN_PLAN_LEVELS_PUSH_H

#include "shaders/base/shared.h"
#include "shaders/nn/matrix_view.h"

SHARED_BEGIN

struct PlanLevelsPush {
    uint columns;
    uint bounds;
    MatrixView a;
    MatrixView result;
};

SHARED_END

#endif
