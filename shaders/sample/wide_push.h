// Push constants of the kernels for exact targets of many dimensions (sample/wide_*.comp).
#ifndef SCOREFIELD_SAMPLE_WIDE_PUSH_H
#define SCOREFIELD_SAMPLE_WIDE_PUSH_H

#include "shaders/base/shared.h"
#include "shaders/sample/exact_place.h"

SHARED_BEGIN

struct WidePush {
    ExactPlace place;
    uint terms;  // of this tile
    // Of sets of points; see empirical_push.h.
    float alpha;
    float linear;
    float quadratic;
    float of_denoised;
    float of_offset;
    float inverse_radius;
    uint centre;  // where the ball's centre begins among the points
};

SHARED_END

#endif
