// Push constants of sample/clamp.comp.
#ifndef SCOREFIELD_SAMPLE_CLAMP_PUSH_H
#define SCOREFIELD_SAMPLE_CLAMP_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct ClampPush {
    uint first_plane;
    uint stride;
    uint first;  // particle of this dispatch
    float low;
    float high;
};

SHARED_END

#endif
