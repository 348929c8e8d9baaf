// Where a dispatch of sample/mixture.comp or sample/empirical.comp works.
#ifndef SCOREFIELD_SAMPLE_EXACT_PLACE_H
#define SCOREFIELD_SAMPLE_EXACT_PLACE_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct ExactPlace {
    uint term;  // first component or point of this dispatch
    uint src;
    uint dst;
    uint stride;
    uint particle;  // first of this block
    uint state_stride;
};

SHARED_END

#endif
