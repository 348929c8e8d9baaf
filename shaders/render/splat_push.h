// Push constants of render/splat.comp.
#ifndef SCOREFIELD_RENDER_SPLAT_PUSH_H
#define SCOREFIELD_RENDER_SPLAT_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

// A camera: position * S of a value, S = 2^subpixel_bits, is value * scale + offset in float32, in pixels whose centres
// are whole numbers; the offset holds the 0.5 that rounds to the nearest 1/S pixel.
struct SplatTransform {
    vec2 scale;
    vec2 offset;
};

struct SplatPush {
    SplatTransform transform;
    uint first;
    uint y_plane;
    uint count;
    uint strip;  // 1: y comes from the particle's number
    int width;
    int height;
    int subpixel_bits;
    float levels;
};
SHARED_SIZE(SplatPush, 48)

SHARED_END

#endif
