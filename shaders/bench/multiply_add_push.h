// Push constants of bench/multiply_add.comp.
#ifndef SCOREFIELD_BENCH_MULTIPLY_ADD_PUSH_H
#define SCOREFIELD_BENCH_MULTIPLY_ADD_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct MultiplyAddPush {
    float a;
    float c;
    int rounds;
};

SHARED_END

#endif
