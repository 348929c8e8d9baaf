// Spreads three-dimensional particles over pixels with integer atomics, as render/splat.comp does with those of a plane:
// sums do not depend on the order. Weights and their overflow bound: src/render/space_weights.hpp. One invocation per
// particle; dispatch (x, y) so that x·y workgroups cover `count`.
//   in   values   float32 planes: coordinate e of particle i at first + e·stride + i
//   in   channel  float32 in [0, 1], one per particle (only with kColoured)
//   add  density  u32, (height, width)
//   add  colour   u32, (height, width): weight · round(channel · levels) (only with kColoured)
// A particle falls on 2·kRadius pixels along each axis with a tent. Its weight is divided over them in floats and rounded
// up or down by the particle's number (van der Corput), so that sums of many small weights are not biased. With kOneRow it
// falls on two pixels of one row, the upper or the lower one by its number (multiples of the golden ratio): half the
// atomics, and the same sums over many particles. Particles that are behind the camera, off the picture or not finite add
// nothing.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/splat_space_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint kGroup = 128;
layout(constant_id = 1) const int kRadius = 1;
layout(constant_id = 2) const bool kColoured = false;
layout(constant_id = 3) const bool kOneRow = false;  // only with a radius of 1

layout(set = 0, binding = 0, std430) readonly buffer Values { float values[]; };
layout(set = 0, binding = 1, std430) readonly buffer Channel { float channel[]; };
layout(set = 0, binding = 2, std430) buffer Density { uint density[]; };
layout(set = 0, binding = 3, std430) buffer Colour { uint colour[]; };

layout(push_constant) uniform Push { SplatSpacePush push; };

// A row of a matrix times (place, 1).
float row(float of[4], vec3 place) {
    return of[0] * place.x + of[1] * place.y + of[2] * place.z + of[3];
}

float tent(int tap, float fraction, float inverse_reach) {
    return max(1.0 - abs(float(tap) - fraction) * inverse_reach, 0.0);
}

float sum_of_tents(float fraction, float inverse_reach) {
    float sum = 0.0;
    for (int tap = 1 - kRadius; tap <= kRadius; ++tap) sum += tent(tap, fraction, inverse_reach);
    return sum;
}

void main() {
    uint i = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * (gl_NumWorkGroups.x * gl_WorkGroupSize.x);
    uint present = min(i, push.count - 1u);
    uint at = push.first + present;
    vec3 place = vec3(values[at], values[at + push.stride], values[at + 2u * push.stride]);
    uint level = 0u;
    if (kColoured) level = uint(channel[present] * push.levels + 0.5);

    float depth = row(push.depth, place);
    vec2 pixel = vec2(row(push.x, place), row(push.y, place)) / row(push.w, place);
    float reach = float(kRadius);
    bool inside = i == present && depth >= push.nearest && pixel.x > -reach && pixel.x < float(push.width) - 1.0 + reach &&
                  pixel.y > -reach && pixel.y < float(push.height) - 1.0 + reach;
    pixel = inside ? pixel : vec2(0.0);
    depth = inside ? depth : 1.0;

    float size = push.size_depth > 0.0 ? push.size_depth / depth : 1.0;
    float fade = 1.0 - push.fade_rate * clamp(depth - push.fade_front, 0.0, push.fade_range);
    float amount = inside ? min(push.unit * size * size * fade * fade, push.most) : 0.0;
    // 24 bits are exact in a float.
    float dither = float(bitfieldReverse(i) >> 8) * 5.9604644775390625e-8;

    vec2 corner = floor(pixel);
    vec2 fraction = pixel - corner;
    ivec2 cell = ivec2(corner);
    float inverse_reach = 1.0;
    if (kRadius > 1) {
        inverse_reach = 1.0 / clamp(push.radius * size, 1.0, reach);
        amount /= sum_of_tents(fraction.x, inverse_reach) * sum_of_tents(fraction.y, inverse_reach);
    }
    if (kOneRow) {
        float threshold = float((i * 2654435769u) >> 8) * 5.9604644775390625e-8;
        cell.y += fraction.y > threshold ? 1 : 0;
        fraction.y = 0.0;
    }
    for (int dy = kOneRow ? 0 : 1 - kRadius; dy <= (kOneRow ? 0 : kRadius); ++dy) {
        int line = cell.y + dy;
        float share = uint(line) < uint(push.height) ? amount * tent(dy, fraction.y, inverse_reach) : 0.0;
        for (int dx = 1 - kRadius; dx <= kRadius; ++dx) {
            int column = cell.x + dx;
            float wanted = share * tent(dx, fraction.x, inverse_reach);
            uint weight = uint(column) < uint(push.width) ? uint(min(wanted + dither, push.most)) : 0u;
            if (weight != 0u) {
                int at_pixel = line * push.width + column;
                atomicAdd(density[at_pixel], weight);
                if (kColoured) atomicAdd(colour[at_pixel], weight * level);
            }
        }
    }
}
