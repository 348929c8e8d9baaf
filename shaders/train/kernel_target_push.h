// Push constants of train/kernel_target.comp.
#ifndef SCOREFIELD_TRAIN_KERNEL_TARGET_PUSH_H
#define SCOREFIELD_TRAIN_KERNEL_TARGET_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct KernelTargetPush {
    uint end;    // one past the last row of this dispatch
    uint levels;
    uint all_levels;
    uint points;
    uint step;
    uint stream;
    uint seed_low;
    uint seed_high;
    uint stride;
    uint level;
    uint x;
    uint target;
    uint first;  // its first row
};

SHARED_END

#endif
