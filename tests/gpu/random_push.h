// Push constants of random.comp.
#ifndef SCOREFIELD_TESTS_GPU_RANDOM_PUSH_H
#define SCOREFIELD_TESTS_GPU_RANDOM_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct RandomPush {
    uint seed_low;
    uint seed_high;
    uint count;
    uint block;
    uint index;
    uint stream;
};

SHARED_END

#endif
