// Push constants of nn/plan_dense.comp.
#ifndef SCOREFIELD_NN_PLAN_DENSE_PUSH_H
#define SCOREFIELD_NN_PLAN_DENSE_PUSH_H

#include "shaders/base/shared.h"
#include "shaders/nn/matrix_view.h"

SHARED_BEGIN

struct PlanDensePush {
    uint rows;
    uint columns;
    MatrixView a;
    MatrixView b;
    MatrixView addend;
    MatrixView result;
    MatrixView other;
    MatrixView level;
};

SHARED_END

#endif
