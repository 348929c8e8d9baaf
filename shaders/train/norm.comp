#version 460
// What a step reports: its loss and the sum of squares of its gradient; and whether training has diverged by now. One
// workgroup: every invocation sums its share, four numbers at a time, and the first one the shares.
#extension GL_GOOGLE_include_directive : require
#include "shaders/train/norm_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { NormPush push; };

layout(set = 0, binding = 0) readonly buffer Values { float values[]; };
layout(set = 0, binding = 0) readonly buffer Vectors { vec4 vectors[]; };
layout(set = 0, binding = 1) writeonly buffer Reports { float reports[]; };

layout(set = 0, binding = 2) buffer State { uint diverged; };

const float LARGEST = 3.40282347e38;

shared float part[gl_WorkGroupSize.x];

void main() {
    uint lane = gl_LocalInvocationIndex;
    float sum = 0.0;
    for (uint i = lane; 4u * i < push.count; i += gl_WorkGroupSize.x) {
        vec4 g = mix(vec4(0.0), vectors[push.gradient / 4u + i],
                     lessThan(4u * i + uvec4(0u, 1u, 2u, 3u), uvec4(push.count)));
        sum = sum + dot(g, g);
    }
    part[lane] = sum;
    barrier();
    if (lane > 0u) return;
    for (uint k = 1u; k < gl_WorkGroupSize.x; ++k) sum = sum + part[k];
    float loss = values[push.loss];
    reports[push.report] = loss;
    reports[push.report + 1u] = sum;
    // Comparisons with NaN are false.
    if (!(abs(loss) <= push.largest_loss) || !(sum <= LARGEST)) diverged = 1u;
}
