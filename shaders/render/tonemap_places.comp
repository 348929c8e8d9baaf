// What render/tonemap.comp does, going over the particles instead of all pixels: faster where particles are few. One
// invocation per particle; dispatch as render/splat.comp, with the same radius. If several particles share a pixel,
// the first one takes its sums.
//   in     values   as render/splat.comp
//   in/out density  u32, (height, width): read, then 0
//   in/out colour   u32, (height, width): read, then 0 (only by origin)
//   in/out scene    packed sRGB: what is below; pixels without density stay as they are
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/tonemap_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint kGroup = 128;
layout(constant_id = 1) const int kRadius = 1;
layout(constant_id = 2) const uint kMode = 0;

layout(set = 0, binding = 0, std430) readonly buffer Values { float values[]; };
layout(set = 0, binding = 1, std430) buffer Density { uint density[]; };
layout(set = 0, binding = 2, std430) buffer Colour { uint colour[]; };
layout(set = 0, binding = 3, std430) readonly buffer Table { uint table[]; };
layout(set = 0, binding = 4, r32ui) uniform uimage2D scene;

layout(push_constant) uniform Push { TonemapPlacesPush push; };
TonemapPush tone = push.tone;

#include "shaders/render/splat_place.glsl"
#include "shaders/render/tone.glsl"

void main() {
    uint i = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * (gl_NumWorkGroups.x * gl_WorkGroupSize.x);
    Place place = place_of(push.splat, i, kRadius);
    for (int dy = 1 - kRadius; dy <= kRadius; ++dy) {
        for (int dx = 1 - kRadius; dx <= kRadius; ++dx) {
            ivec2 at = place.cell + ivec2(dx, dy);
            bool shown = place.inside && uint(at.x) < uint(tone.width) && uint(at.y) < uint(tone.height);
            int pixel = at.y * tone.width + at.x;
            uint sum = 0u;
            if (shown) sum = atomicExchange(density[pixel], 0u);
            if (sum != 0u) {
                uint origins = 0u;
                if (kMode == kByOrigin) origins = atomicExchange(colour[pixel], 0u);
                imageStore(scene, at, uvec4(toned(sum, origins, imageLoad(scene, at).r)));
            }
        }
    }
}
