// Push constants of render/mark.vert.
#ifndef SCOREFIELD_RENDER_MARK_PUSH_H
#define SCOREFIELD_RENDER_MARK_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct MarkPush {
    vec2 size;
    uint first;  // mark of the first instance
    uint reserved;
};
SHARED_SIZE(MarkPush, 16)

SHARED_END

#endif
