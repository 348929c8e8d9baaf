// Push constants of sample/empirical.comp.
#ifndef SCOREFIELD_SAMPLE_EMPIRICAL_PUSH_H
#define SCOREFIELD_SAMPLE_EMPIRICAL_PUSH_H

#include "shaders/base/shared.h"
#include "shaders/sample/exact_place.h"

SHARED_BEGIN

struct EmpiricalPush {
    ExactPlace place;
    float alpha;
    float linear;     // alpha log2(e) / sigma^2
    float quadratic;  // alpha^2 log2(e) / 2 sigma^2
    float of_denoised;
    float of_offset;
    float centre[3];
    float inverse_radius;
};

SHARED_END

#endif
