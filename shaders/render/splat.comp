// Spreads particles over pixels with integer atomics: sums do not depend on the order, so pictures are reproducible.
// Weights and their overflow bound: src/render/splat_weights.hpp. One invocation per particle; dispatch (x, y) so that
// x·y workgroups cover `count`.
//   in   values   float32 planes: x at first + i, y at first + y_plane + i; pixel position · S = value · scale + offset
//   in   channel  float32 in [0, 1], one per particle (only with kColoured)
//   add  density  u32, (height, width)
//   add  colour   u32, (height, width): weight · round(channel · levels) (only with kColoured)
// Everything is loaded without branches (a load under a divergent mask costs ten times as much on software devices);
// particles that are off the picture or not finite have weight 0 everywhere, and weights of 0 are not added.
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

// Weight of the tap `j` pixels right of the cell for a position `fraction` of S into the cell; 0 off the picture.
uint tap_weight(int j, int fraction, int pixel, int size) {
    int weight = (kRadius << push.subpixel_bits) - abs((j << push.subpixel_bits) - fraction);
    return uint(pixel) < uint(size) ? uint(weight) : 0u;
}

void main() {
    uint i = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * (gl_NumWorkGroups.x * gl_WorkGroupSize.x);
    bool present = i < push.count;
    uint at = push.first + min(i, push.count - 1u);
    float x = values[at];
    float y = values[at + push.y_plane];
    // Van der Corput's sequence fills the strip evenly; 24 bits are exact in a float.
    float strip_y = float(bitfieldReverse(i) >> 8) * 5.9604644775390625e-8 - 0.5;
    y = push.strip != 0u ? strip_y : y;

    precise float position_x = x * push.transform.scale.x;
    position_x = position_x + push.transform.offset.x;
    precise float position_y = y * push.transform.scale.y;
    position_y = position_y + push.transform.offset.y;
    float low = -float(kRadius << push.subpixel_bits);
    float high_x = float((push.width + kRadius) << push.subpixel_bits);
    float high_y = float((push.height + kRadius) << push.subpixel_bits);
    bool inside = present && position_x >= low && position_x < high_x && position_y >= low && position_y < high_y;

    int fixed_x = int(floor(inside ? position_x : low));
    int fixed_y = int(floor(inside ? position_y : low));
    int mask = (1 << push.subpixel_bits) - 1;
    int cell_x = fixed_x >> push.subpixel_bits;
    int cell_y = fixed_y >> push.subpixel_bits;
    uint level = 0u;
    if (kColoured) level = uint(channel[min(i, push.count - 1u)] * push.levels + 0.5);

    for (int dy = 1 - kRadius; dy <= kRadius; ++dy) {
        int row = cell_y + dy;
        uint weight_y = inside ? tap_weight(dy, fixed_y & mask, row, push.height) : 0u;
        for (int dx = 1 - kRadius; dx <= kRadius; ++dx) {
            int column = cell_x + dx;
            uint weight = weight_y * tap_weight(dx, fixed_x & mask, column, push.width);
            if (weight != 0u) {
                int pixel = row * push.width + column;
                atomicAdd(density[pixel], weight);
                if (kColoured) atomicAdd(colour[pixel], weight * level);
            }
        }
    }
}
