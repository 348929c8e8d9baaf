#version 460
// Computes the log2 of the weights of a tile's points (the exponents of empirical.comp), TERMS points per workgroup
// along y. See wide.glsl.
//   points  data, DIM floats each, unscaled; then the centre of the ball around them
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/wide_push.h"
#include "sample/wide.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint DIM = 4;
layout(constant_id = 2) const uint TERMS = 8;

layout(push_constant) uniform Push { WidePush push; };

layout(set = 0, binding = 0) readonly buffer Points { float points[]; };
layout(set = 0, binding = 1) readonly buffer Values { float values[]; };
layout(set = 0, binding = 2) buffer States { float states[]; };
layout(set = 0, binding = 3) writeonly buffer Weights { float weights[]; };

void main() {
    uint lane = gl_GlobalInvocationID.x;
    uint x_place = push.place.src * DIM * push.place.stride + push.place.particle + lane;
    float square = 0.0;
    for (uint first = 0u; first < DIM; first += CHUNK) {
        float part = 0.0;
        for (uint e = first; e < min(first + CHUNK, DIM); ++e) {
            float offset = values[x_place + e * push.place.stride] - push.alpha * points[push.centre + e];
            part = part + offset * offset;
        }
        square = square + part;
    }
    float shrink = 1.0 / max(max(push.alpha, sqrt(square) * push.inverse_radius), 1e-30);
    if (gl_WorkGroupID.y == 0u) states[SHRINK * push.place.state_stride + lane] = shrink;

    // Terms beyond the last repeat the last one and are not written.
    uint place[TERMS];
    float exponent[TERMS];
    [[unroll]] for (uint i = 0u; i < TERMS; ++i) {
        place[i] = (push.place.term + min(gl_WorkGroupID.y * TERMS + i, push.terms - 1u)) * DIM;
        exponent[i] = 0.0;
    }
    for (uint first = 0u; first < DIM; first += CHUNK) {
        float part[TERMS];
        [[unroll]] for (uint i = 0u; i < TERMS; ++i) part[i] = 0.0;
        for (uint e = first; e < min(first + CHUNK, DIM); ++e) {
            float x = values[x_place + e * push.place.stride];
            float centre = points[push.centre + e];
            float p = centre + (x - push.alpha * centre) * shrink;
            float slope = push.linear * (x - push.alpha * p);
            [[unroll]] for (uint i = 0u; i < TERMS; ++i) {
                float shift = points[place[i] + e] - p;
                part[i] = part[i] + shift * (slope - push.quadratic * shift);
            }
        }
        [[unroll]] for (uint i = 0u; i < TERMS; ++i) exponent[i] = exponent[i] + part[i];
    }
    [[unroll]] for (uint i = 0u; i < TERMS; ++i) {
        uint term = gl_WorkGroupID.y * TERMS + i;
        if (term < push.terms) weights[term * push.place.state_stride + lane] = max(exponent[i], LOWEST);
    }
}
