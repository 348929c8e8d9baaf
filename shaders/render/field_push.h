// Push constants of render/field.frag.
#ifndef SCOREFIELD_RENDER_FIELD_PUSH_H
#define SCOREFIELD_RENDER_FIELD_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct FieldPush {
    vec4 background;
    vec2 scale;   // grid cells per pixel
    vec2 offset;  // the grid's place of the upper left corner
    float low;
    float inverse_range;
    int columns;
    int rows;
};
SHARED_SIZE(FieldPush, 48)

SHARED_END

#endif
