// Push constants of layout.comp: members of every type that shared structs may have, with padding between them.
#ifndef SCOREFIELD_TESTS_GPU_LAYOUT_PUSH_H
#define SCOREFIELD_TESTS_GPU_LAYOUT_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct LayoutPart {
    vec2 pair;
    uint word;
};

struct LayoutPush {
    uint first;
    vec2 pair;
    float number;
    vec4 four;
    int whole;
    float list[3];
    LayoutPart part;
    vec4 last;
};
SHARED_SIZE(LayoutPush, 96)

SHARED_END

#endif
