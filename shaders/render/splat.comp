// Spreads particles over pixels with integer atomics: sums do not depend on the order, so pictures are reproducible.
// Weights and their overflow bound: src/render/splat_weights.hpp. One invocation per particle; dispatch (x, y) so that
// x·y workgroups cover `count`.
//   in   values   float32 planes: x at first + i, y at first + y_plane + i; pixel position · S = value · scale + offset
//   in   channel  float32 in [0, 1], one per particle (only with kColoured)
//   add  density  u32, (height, width)
//   add  colour   u32, (height, width): weight · round(channel · levels) (only with kColoured)
// Weights of 0 are not added. Particles that are off the picture or not finite have weight 0.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/splat_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint kGroup = 128;
layout(constant_id = 1) const int kRadius = 1;
layout(constant_id = 2) const bool kColoured = false;

layout(set = 0, binding = 0, std430) readonly buffer Values { float values[]; };
layout(set = 0, binding = 1, std430) readonly buffer Channel { float channel[]; };
layout(set = 0, binding = 2, std430) buffer Density { uint density[]; };
layout(set = 0, binding = 3, std430) buffer Colour { uint colour[]; };

layout(push_constant) uniform Push { SplatPush push; };

#include "shaders/render/splat_place.glsl"

// Weight of the tap `j` pixels right of the cell for a position `fraction` of S into the cell; 0 off the picture.
uint tap_weight(int j, int fraction, int pixel, int size) {
    int weight = (kRadius << push.subpixel_bits) - abs((j << push.subpixel_bits) - fraction);
    return uint(pixel) < uint(size) ? uint(weight) : 0u;
}

void main() {
    uint i = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * (gl_NumWorkGroups.x * gl_WorkGroupSize.x);
    Place place = place_of(push, i, kRadius);
    uint level = 0u;
    if (kColoured) level = uint(channel[min(i, push.count - 1u)] * push.levels + 0.5);

    for (int dy = 1 - kRadius; dy <= kRadius; ++dy) {
        int row = place.cell.y + dy;
        uint weight_y = place.inside ? tap_weight(dy, place.fraction.y, row, push.height) : 0u;
        for (int dx = 1 - kRadius; dx <= kRadius; ++dx) {
            int column = place.cell.x + dx;
            uint weight = weight_y * tap_weight(dx, place.fraction.x, column, push.width);
            if (weight != 0u) {
                int pixel = row * push.width + column;
                atomicAdd(density[pixel], weight);
                if (kColoured) atomicAdd(colour[pixel], weight * level);
            }
        }
    }
}
