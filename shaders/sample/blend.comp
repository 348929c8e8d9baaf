#version 460
// dst = sum coefficient*register + sum coefficient*z(stream, index), for all particles: one invocation per particle
// (x) and block of four elements (y).
//   values  registers of (DIM, stride) planes
//   table   terms: register, coefficient bits; noise: coefficient bits, stream, index
// Loops without a counter leave constant and pushed addresses alone, which a vector machine loads once for all lanes.
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "base/random.glsl"
#include "shaders/sample/blend_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int DIM = 2;
layout(constant_id = 2) const uint TERMS = 0u;   // unrolled: no more than these; 0: any number
layout(constant_id = 3) const uint DRAWS = 0u;  // exactly
const int ELEMENTS = DIM < 4 ? DIM : 4;

layout(push_constant) uniform Push { BlendPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 1) readonly buffer Table { uint table[]; };

void main() {
    uint particle = push.first + gl_GlobalInvocationID.x;
    uint block = DIM > 4 ? gl_WorkGroupID.y : 0u;
    // Elements beyond the last repeat it: no branch, and the same value is stored twice.
    uint at[ELEMENTS];
    float sum[ELEMENTS];
    [[unroll]] for (int e = 0; e < ELEMENTS; ++e) {
        at[e] = min(4u * block + e, uint(DIM - 1)) * push.stride + particle;
        sum[e] = 0.0;
    }
    if (TERMS == 0u) {
        for (uint t = 0u; t < push.terms; ++t) {
            uint plane = table[push.first_term + 2u * t] * uint(DIM) * push.stride;
            float coefficient = uintBitsToFloat(table[push.first_term + 2u * t + 1u]);
            [[unroll]] for (int e = 0; e < ELEMENTS; ++e) sum[e] = sum[e] + coefficient * values[plane + at[e]];
        }
    }
    [[unroll]] for (uint t = 0u; t < TERMS; ++t) {
        bool there = t < push.terms;
        uint plane = (there ? table[push.first_term + 2u * t] : push.dst) * uint(DIM) * push.stride;
        float coefficient = uintBitsToFloat(table[push.first_term + 2u * t + 1u]);
        [[unroll]] for (int e = 0; e < ELEMENTS; ++e) {
            sum[e] = sum[e] + (there ? coefficient * values[plane + at[e]] : 0.0);
        }
    }
    [[unroll]] for (uint n = 0u; n < DRAWS; ++n) {
        float coefficient = uintBitsToFloat(table[push.first_draw + 3u * n]);
        uint stream = table[push.first_draw + 3u * n + 1u];
        uint index = table[push.first_draw + 3u * n + 2u];
        uvec4 words = sf_philox4x32(uvec4(push.first_particle + particle, block, index, stream),
                                    uvec2(push.seed_low, push.seed_high));
        vec2 first = sf_box_muller(words.x, words.y);
        vec4 z = vec4(first, 0.0, 0.0);
        if (DIM > 2) z.zw = sf_box_muller(words.z, words.w);
        [[unroll]] for (int e = 0; e < ELEMENTS; ++e) {
            sum[e] = sum[e] + coefficient * z[DIM > 4 ? min(4u * block + e, uint(DIM - 1)) - 4u * block : e];
        }
    }
    [[unroll]] for (int e = 0; e < ELEMENTS; ++e) values[push.dst * uint(DIM) * push.stride + at[e]] = sum[e];
}
