// Push constants of nn/load_rows.comp.
#ifndef SCOREFIELD_NN_LOAD_ROWS_PUSH_H
#define SCOREFIELD_NN_LOAD_ROWS_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct LoadRowsPush {
    uint floats;  // of a row
    uint first;   // row of this dispatch
    uint times;   // features of a row
    uint bias;    // where the input layer's biases begin in `trained`
    uint units;   // so many there are
    uint label;   // where the class's column begins in `trained`; kPadding: no class
    uint classes; // numbers from one of its rows to the next
};

SHARED_END

#endif
