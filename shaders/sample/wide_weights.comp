#version 460
// Turns the log2 of a tile's weights into weights divided by the largest one so far, and sums them. See wide.glsl.
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/wide_push.h"
#include "sample/wide.glsl"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { WidePush push; };

layout(set = 0, binding = 0) buffer States { float states[]; };
layout(set = 0, binding = 1) buffer Weights { float weights[]; };

void main() {
    uint lane = gl_GlobalInvocationID.x;
    uint stride = push.place.state_stride;
    bool first = push.place.term == 0u;
    float before = first ? 2.0 * LOWEST : states[LARGEST * stride + lane];
    float largest = before;
    for (uint t = 0u; t < push.terms; ++t) largest = max(largest, weights[t * stride + lane]);
    float sum = 0.0;
    for (uint t = 0u; t < push.terms; ++t) {
        float weight = exp2(weights[t * stride + lane] - largest);
        weights[t * stride + lane] = weight;
        sum = sum + weight;
    }
    float rescale = exp2(before - largest);
    states[LARGEST * stride + lane] = largest;
    states[SUM * stride + lane] = sum + (first ? 0.0 : rescale * states[SUM * stride + lane]);
    states[RESCALE * stride + lane] = rescale;
}
