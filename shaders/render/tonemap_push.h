// Push constants of render/tonemap.comp.
#ifndef SCOREFIELD_RENDER_TONEMAP_PUSH_H
#define SCOREFIELD_RENDER_TONEMAP_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct TonemapPush {
    vec4 background;      // sRGB; w unused
    float gain;           // of density, ToneCurve::gain
    float overlay_gain;   // of overlay
    float white;          // 1 / log2(1 + white/knee)
    float inverse_levels; // 1 / SplatWeights::colour_levels
    float overlay_strength;
    uint table_offset;
    int width;
    int height;
};
SHARED_SIZE(TonemapPush, 48)

SHARED_END

#endif
