// Push constants of the kernels for exact targets of many dimensions (sample/wide_*.comp).
#ifndef SCOREFIELD_SAMPLE_WIDE_PUSH_H
#define SCOREFIELD_SAMPLE_WIDE_PUSH_H

#include "shaders/base/shared.h"
#include "shaders/sample/exact_place.h"

SHARED_BEGIN

struct WidePush {
    ExactPlace place;
    uint terms;  // number of terms in this tile
    // The rest is for data sets only; see empirical_push.h.
    float alpha;
    float linear;
    float quadratic;
    float of_denoised;
    float of_offset;
    float inverse_radius;
    uint centre;  // index of the first float of the ball's centre in the points buffer
};

SHARED_END

#endif
