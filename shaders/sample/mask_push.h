// Push constants of sample/mask.comp.
#ifndef SCOREFIELD_SAMPLE_MASK_PUSH_H
#define SCOREFIELD_SAMPLE_MASK_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct MaskPush {
    uint dst;  // first planes of the registers
    uint a;
    uint b;
    uint mask;
    uint stride;
    uint first;  // particle of this dispatch
};

SHARED_END

#endif
