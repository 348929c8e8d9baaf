// Push constants of sample/affine.comp.
#ifndef SCOREFIELD_SAMPLE_AFFINE_PUSH_H
#define SCOREFIELD_SAMPLE_AFFINE_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct AffinePush {
    uint plane;
    uint stride;
    float scale;
    float offset;
};

SHARED_END

#endif
