// Push constants of sample/mixture.comp.
#ifndef SCOREFIELD_SAMPLE_MIXTURE_PUSH_H
#define SCOREFIELD_SAMPLE_MIXTURE_PUSH_H

#include "shaders/base/shared.h"
#include "shaders/sample/exact_place.h"

SHARED_BEGIN

struct MixturePush {
    ExactPlace place;
};

SHARED_END

#endif
