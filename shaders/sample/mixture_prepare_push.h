// Push constants of sample/mixture_prepare.comp.
#ifndef SCOREFIELD_SAMPLE_MIXTURE_PREPARE_PUSH_H
#define SCOREFIELD_SAMPLE_MIXTURE_PREPARE_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct MixturePreparePush {
    uint count;
    float alpha;
    float sigma;
    float of_denoised;
    float of_score;
    float scale;  // one over a typical v: keeps logarithms small
};

SHARED_END

#endif
