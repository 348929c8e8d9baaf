// Density to picture, and the accumulators back to zero for the next frame. One invocation per pixel.
//   in/out density  u32, (height, width): read, then 0
//   in/out colour   u32, (height, width): read, then 0 (only by origin)
//   in/out scene    packed sRGB: what is below; pixels without density stay as they are
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/tonemap_push.h"

layout(local_size_x_id = 0, local_size_y_id = 1) in;
layout(constant_id = 0) const uint kGroupWidth = 64;
layout(constant_id = 1) const uint kGroupHeight = 1;
layout(constant_id = 2) const uint kMode = 0;

layout(set = 0, binding = 0, std430) buffer Density { uint density[]; };
layout(set = 0, binding = 1, std430) buffer Colour { uint colour[]; };
layout(set = 0, binding = 2, std430) readonly buffer Table { uint table[]; };
layout(set = 0, binding = 3, r32ui) uniform uimage2D scene;

layout(push_constant) uniform Push { TonemapPush push; };
TonemapPush tone = push;

#include "shaders/render/tone.glsl"

void main() {
    ivec2 at = min(ivec2(gl_GlobalInvocationID.xy), ivec2(tone.width, tone.height) - 1);
    int pixel = at.y * tone.width + at.x;
    uint sum = density[pixel];
    uint origins = 0u;
    if (kMode == kByOrigin) origins = colour[pixel];
    bool present = ivec2(gl_GlobalInvocationID.xy) == at;
    if (present && sum != 0u) {
        density[pixel] = 0u;
        if (kMode == kByOrigin) colour[pixel] = 0u;
        imageStore(scene, at, uvec4(toned(sum, origins, imageLoad(scene, at).r)));
    }
}
