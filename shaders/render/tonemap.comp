// Density to picture, and the accumulators back to zero for the next frame. One invocation per pixel.
//   in/out density  u32, (height, width): read, then 0
//   in/out colour   u32, (height, width): read, then 0 (only with kColoured)
//   in     overlay  u32, (height, width): the data's density (only with kOverlay)
//   in     table    sRGB packed as 8-bit r, g, b: 256 entries of the map of density mode, then 256 of the origin
//   in/out scene    rgba8: read where the ground is painted (kGround), else the background is under everything
// The curve is that of src/render/tone_curve.hpp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/tonemap_push.h"

layout(local_size_x_id = 0, local_size_y_id = 1) in;
layout(constant_id = 0) const uint kGroupWidth = 64;
layout(constant_id = 1) const uint kGroupHeight = 1;
layout(constant_id = 2) const bool kColoured = false;
layout(constant_id = 3) const bool kOverlay = false;
layout(constant_id = 4) const bool kGround = false;

layout(set = 0, binding = 0, std430) buffer Density { uint density[]; };
layout(set = 0, binding = 1, std430) buffer Colour { uint colour[]; };
layout(set = 0, binding = 2, std430) readonly buffer Overlay { uint overlay[]; };
layout(set = 0, binding = 3, std430) readonly buffer Table { uint table[]; };
layout(set = 0, binding = 4, rgba8) uniform image2D scene;

layout(push_constant) uniform Push { TonemapPush push; };

vec3 entry(float value) {
    return unpackUnorm4x8(table[push.table_offset + uint(clamp(value, 0.0, 1.0) * 255.0 + 0.5)]).rgb;
}

float brightness(float amount) { return min(log2(1.0 + amount) * push.white, 1.0); }

void main() {
    int x = min(int(gl_GlobalInvocationID.x), push.width - 1);
    int y = min(int(gl_GlobalInvocationID.y), push.height - 1);
    int pixel = y * push.width + x;
    bool present = int(gl_GlobalInvocationID.x) < push.width && int(gl_GlobalInvocationID.y) < push.height;

    float amount = float(density[pixel]);
    vec3 below = push.background.rgb;
    if (kGround) below = imageLoad(scene, ivec2(x, y)).rgb;
    if (kOverlay) {
        float data = brightness(float(overlay[pixel]) * push.overlay_gain) * push.overlay_strength;
        below = mix(below, vec3(0.80, 0.84, 0.90), data);
    }
    float light = brightness(amount * push.gain);
    vec3 rgb;
    if (kColoured) {
        float origin = float(colour[pixel]) * push.inverse_levels / max(amount, 1.0);
        vec3 hue = mix(entry(origin), vec3(1.0), 0.35 * light * light);
        rgb = mix(below, hue, light * (2.0 - light));
    } else {
        // The darkest entries of a map can be darker than the background: begin above them.
        rgb = mix(below, entry(0.08 + 0.92 * light), min(light * 6.0, 1.0));
    }
    if (present) {
        density[pixel] = 0u;
        if (kColoured) colour[pixel] = 0u;
        imageStore(scene, ivec2(x, y), vec4(rgb, 1.0));
    }
}
