// Push constants of sample/blend.comp.
#ifndef SCOREFIELD_SAMPLE_BLEND_PUSH_H
#define SCOREFIELD_SAMPLE_BLEND_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct BlendPush {
    uint dst;
    uint stride;
    uint first_term;  // word of the table
    uint terms;
    uint first_draw;      // word of the table
    uint first;           // particle of this dispatch
    uint first_particle;  // number of particle 0 within the run
    uint seed_low;
    uint seed_high;
};

SHARED_END

#endif
