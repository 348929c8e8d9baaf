// Push constants of bench/normals.comp.
#ifndef SCOREFIELD_BENCH_NORMALS_PUSH_H
#define SCOREFIELD_BENCH_NORMALS_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct NormalsPush {
    uint blocks;  // per invocation
};

SHARED_END

#endif
