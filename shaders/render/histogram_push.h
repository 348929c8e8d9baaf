// Push constants of render/histogram.comp and render/bars.vert.
#ifndef SCOREFIELD_RENDER_HISTOGRAM_PUSH_H
#define SCOREFIELD_RENDER_HISTOGRAM_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct HistogramPush {
    uint first;  // of the particles' values
    uint count;
    uint bins;
    float low;    // left end of the first bin
    float scale;  // bins per unit
};

struct BarsPush {
    vec2 size;        // of the picture, pixels
    float left;       // of the first bar, pixels
    float bar_width;  // pixels
    float bottom;     // pixels
    float height;     // of a count of 1, pixels
    float most;       // pixels: higher bars end there
    uint colour;      // sRGB and alpha, 8 bits each, red lowest
};
SHARED_SIZE(BarsPush, 32)

SHARED_END

#endif
