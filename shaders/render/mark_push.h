// Push constants of render/mark.vert.
#ifndef SCOREFIELD_RENDER_MARK_PUSH_H
#define SCOREFIELD_RENDER_MARK_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct MarkPush {
    vec2 size;
};
SHARED_SIZE(MarkPush, 8)

SHARED_END

#endif
