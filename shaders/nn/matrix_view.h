// Where a matrix lies in a plan's buffer of floats: element (r, c) at offset + r*row + c*column.
#ifndef SCOREFIELD_NN_MATRIX_VIEW_H
#define SCOREFIELD_NN_MATRIX_VIEW_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct MatrixView {
    uint offset SHARED_DEFAULT(0);
    uint row SHARED_DEFAULT(0);
    uint column SHARED_DEFAULT(0);
};

SHARED_END

#endif
