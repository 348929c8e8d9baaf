// Push constants of render/splat_space.comp.
#ifndef SCOREFIELD_RENDER_SPLAT_SPACE_PUSH_H
#define SCOREFIELD_RENDER_SPLAT_SPACE_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

// For a point p = (x, y, z, 1) the pixel is (dot(x, p), dot(y, p)) / dot(w, p), with pixel centres at whole numbers, and
// the depth dot(depth, p), in world units from the camera.
struct SplatSpacePush {
    float x[4];
    float y[4];
    float w[4];
    float depth[4];
    uint first;
    uint stride;
    uint count;
    int width;
    int height;
    float levels;          // SpaceWeights::colour_levels
    float nearest;         // least depth that is shown
    float size_depth;      // depth at which a particle has its nominal size; 0: the same size at every depth
    float radius;          // nominal, in pixels
    float fade_front;      // depth at which the fade begins
    float fade_range;      // depth over which it goes on, >= 0
    float fade_rate;       // per depth
    float unit;            // SpaceWeights::unit
    float most;            // SpaceWeights::most
};
SHARED_SIZE(SplatSpacePush, 120)

SHARED_END

#endif
