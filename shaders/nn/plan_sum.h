// One sum that nn/plan_combine.comp adds up.
#ifndef SCOREFIELD_NN_PLAN_SUM_H
#define SCOREFIELD_NN_PLAN_SUM_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct PlanSum {
    uint elements;  // of one part
    uint parts;     // where they lie
    uint right;     // columns of the result
    uint result;    // its view
    uint result_row;
    uint result_column;
    uint rows;     // that are summed over; 0: as many as there are particles
    uint vectors;  // whether four columns of the result lie together
};

SHARED_END

#endif
