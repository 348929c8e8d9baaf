// Push constants of affine.comp.
#ifndef SCOREFIELD_TESTS_GPU_AFFINE_PUSH_H
#define SCOREFIELD_TESTS_GPU_AFFINE_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct AffineTestPush {
    uint count;
    float scale;
};

SHARED_END

#endif
