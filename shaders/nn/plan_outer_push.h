// Push constants of nn/plan_outer.comp.
#ifndef SCOREFIELD_NN_PLAN_OUTER_PUSH_H
#define SCOREFIELD_NN_PLAN_OUTER_PUSH_H

#include "shaders/base/shared.h"
#include "shaders/nn/matrix_view.h"

SHARED_BEGIN

struct PlanOuterPush {
    uint first;  // row of the batch
    uint end;    // one past the last
    uint left;   // columns of a
    uint right;  // columns of b
    uint parts;  // where they go; a multiple of four
    MatrixView a;
    MatrixView b;
};

SHARED_END

#endif
