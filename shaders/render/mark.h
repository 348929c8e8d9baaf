// One drawn mark in pixels of the picture.
#ifndef SCOREFIELD_RENDER_MARK_H
#define SCOREFIELD_RENDER_MARK_H

#include "shaders/base/shared.h"

SHARED_BEGIN

const uint kRectangle = 0u;  // between `from` and `to`
const uint kLine = 1u;       // from `from` to `to`, 2·half_width wide
const uint kGlyph = 2u;      // rectangle showing the atlas between `uv_from` and `uv_to` (texels)

struct Mark {
    vec2 from;
    vec2 to;
    vec2 uv_from;
    vec2 uv_to;
    uint colour;     // sRGB and alpha, not premultiplied, 8 bits each, red lowest
    uint colour_to;  // of a rectangle's lower edge; of others: `colour`
    float half_width;
    uint kind;
};
SHARED_SIZE(Mark, 48)

SHARED_END

#endif
