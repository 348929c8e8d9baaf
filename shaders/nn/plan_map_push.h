// Push constants of nn/plan_map.glsl.
#ifndef SCOREFIELD_NN_PLAN_MAP_PUSH_H
#define SCOREFIELD_NN_PLAN_MAP_PUSH_H

#include "shaders/base/shared.h"
#include "shaders/nn/matrix_view.h"

SHARED_BEGIN

struct PlanMapPush {
    uint rows;
    float factor;
    MatrixView a;
    MatrixView b;
    MatrixView result;
};

SHARED_END

#endif
