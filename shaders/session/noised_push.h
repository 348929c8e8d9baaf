// Push constants of session/noised.comp.
#ifndef SCOREFIELD_SESSION_NOISED_PUSH_H
#define SCOREFIELD_SESSION_NOISED_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct NoisedPush {
    uint seed_low;
    uint seed_high;
    uint stream;
    uint points;  // of the data
    uint count;   // of particles
    uint dim;     // 1 … 3
    float alpha;
    float sigma;
};

SHARED_END

#endif
