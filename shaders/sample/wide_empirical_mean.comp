#version 460
// Adds a tile's points to the weighted sums of x_i - p (see empirical.comp), ELEMENTS coordinates per workgroup along y.
// See wide.glsl.
//   points  data, DIM floats each, unscaled; then the centre of the ball around them
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/wide_push.h"
#include "sample/wide.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint DIM = 4;
layout(constant_id = 2) const uint ELEMENTS = 4;

layout(push_constant) uniform Push { WidePush push; };

layout(set = 0, binding = 0) readonly buffer Points { float points[]; };
layout(set = 0, binding = 1) readonly buffer Values { float values[]; };
layout(set = 0, binding = 2) buffer States { float states[]; };
layout(set = 0, binding = 3) readonly buffer Weights { float weights[]; };

void main() {
    uint lane = gl_GlobalInvocationID.x;
    uint stride = push.place.state_stride;
    float shrink = states[SHRINK * stride + lane];
    // Coordinates beyond the last repeat the last one; the same value is stored again.
    uint element[ELEMENTS];
    float p[ELEMENTS];
    float sum[ELEMENTS];
    [[unroll]] for (uint i = 0u; i < ELEMENTS; ++i) {
        element[i] = min(gl_WorkGroupID.y * ELEMENTS + i, DIM - 1u);
        float centre = points[push.centre + element[i]];
        float x = values[(push.place.src * DIM + element[i]) * push.place.stride + push.place.particle + lane];
        p[i] = centre + (x - push.alpha * centre) * shrink;
        sum[i] = 0.0;
    }
    for (uint t = 0u; t < push.terms; ++t) {
        float weight = weights[t * stride + lane];
        uint place = (push.place.term + t) * DIM;
        [[unroll]] for (uint i = 0u; i < ELEMENTS; ++i) sum[i] = sum[i] + weight * (points[place + element[i]] - p[i]);
    }
    float rescale = states[RESCALE * stride + lane];
    float before[ELEMENTS];
    [[unroll]] for (uint i = 0u; i < ELEMENTS; ++i) {
        before[i] = push.place.term == 0u ? 0.0 : states[(WEIGHTED + element[i]) * stride + lane];
    }
    [[unroll]] for (uint i = 0u; i < ELEMENTS; ++i) {
        states[(WEIGHTED + element[i]) * stride + lane] = sum[i] + rescale * before[i];
    }
}
