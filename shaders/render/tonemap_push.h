// Push constants of render/tonemap.comp and render/tonemap_places.comp.
#ifndef SCOREFIELD_RENDER_TONEMAP_PUSH_H
#define SCOREFIELD_RENDER_TONEMAP_PUSH_H

#include "shaders/base/shared.h"
#include "shaders/render/splat_push.h"

SHARED_BEGIN

struct TonemapPush {
    vec4 inks;            // the colour of the data; in w, the grey that dense places go to by origin
    float gain;           // of density, ToneCurve::gain
    float white;          // 1 / log2(1 + white/knee)
    float inverse_levels; // 1 / SplatWeights::colour_levels
    float strength;       // of the overlay
    uint table_offset;
    int width;
    int height;
    uint blue_first;  // 1: the scene's words have blue in their lowest byte, 0: red
};
SHARED_SIZE(TonemapPush, 48)

struct TonemapPlacesPush {
    SplatPush splat;
    TonemapPush tone;
};
SHARED_SIZE(TonemapPlacesPush, 96)

SHARED_END

#endif
