#version 460
// Dynamic thresholding: q = quantile of |dst| over a particle's elements, clipped to [1, most]; dst = clip(dst, -q, q)/q.
// One invocation per particle. The quantile lies between the order statistics `rank` and `rank`+1. The first is found
// bit by bit from the top: it is the largest number below which lie at most `rank` elements, and magnitudes order as
// their bits do. So any number of elements needs no memory and the result is exact.
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/threshold_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint DIM = 2;

layout(push_constant) uniform Push { ThresholdPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };

void main() {
    uint base = push.first_plane * push.stride + push.first + gl_GlobalInvocationID.x;
    uint magnitude = 0u;
    for (int bit = 30; bit >= 0; --bit) {
        uint candidate = magnitude | 1u << uint(bit);
        uint below = 0u;
        for (uint e = 0u; e < DIM; ++e) {
            below += (floatBitsToUint(values[base + e * push.stride]) & 0x7FFFFFFFu) < candidate ? 1u : 0u;
        }
        magnitude = below <= push.rank ? candidate : magnitude;
    }
    uint through = 0u;  // elements up to it
    uint next = 0xFFFFFFFFu;
    for (uint e = 0u; e < DIM; ++e) {
        uint bits = floatBitsToUint(values[base + e * push.stride]) & 0x7FFFFFFFu;
        through += bits <= magnitude ? 1u : 0u;
        next = bits > magnitude ? min(next, bits) : next;
    }
    // Further elements as large as this one, or none at all, leave nothing to go towards.
    next = through > push.rank + 1u || next == 0xFFFFFFFFu ? magnitude : next;
    float low = uintBitsToFloat(magnitude);
    float bound = clamp(low + push.fraction * (uintBitsToFloat(next) - low), 1.0, push.most);
    for (uint e = 0u; e < DIM; ++e) {
        float value = values[base + e * push.stride];
        value = value < -bound ? -bound : value;
        value = value > bound ? bound : value;
        values[base + e * push.stride] = value / bound;
    }
}
