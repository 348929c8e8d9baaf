#version 460
// One step of AdamW (Loshchilov & Hutter 2019, Algorithm 2) on a clipped gradient and of the weights' average, one
// invocation per four weights and round: they begin at multiples of four, and so do the buffers' halves; what lies
// beyond the last weight stays. Once training has diverged nothing changes any more.
#extension GL_GOOGLE_include_directive : require
#include "shaders/train/adam_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { AdamPush push; };

layout(set = 0, binding = 0) buffer Values { vec4 values[]; };
layout(set = 0, binding = 1) readonly buffer Reports { float reports[]; };
layout(set = 0, binding = 2) buffer Moments { vec4 moments[]; };  // first, second: `count` each, in whole fours
layout(set = 0, binding = 3) buffer Average { vec4 average[]; };
layout(set = 0, binding = 4) readonly buffer State { uint diverged; };

void main() {
    if (diverged != 0u) return;
    float factor = 1.0;
    if (push.clip > 0.0) factor = min(1.0, push.clip / sqrt(reports[push.report + 1u]));
    uint fours = (push.count + 3u) / 4u;
    for (uint i = gl_GlobalInvocationID.x; i < fours; i += gl_NumWorkGroups.x * gl_WorkGroupSize.x) {
        uint at = push.weights / 4u + i;
        vec4 old = values[at];
        vec4 g = factor * values[push.gradient / 4u + i];
        vec4 first = push.keep_first * moments[i] + push.take_first * g;
        vec4 second = push.keep_second * moments[fours + i] + push.take_second * g * g;
        vec4 weight = push.keep * old - push.step * first / (sqrt(second) * push.correction + push.epsilon);
        vec4 mean = average[i];
        moments[i] = first;
        moments[fours + i] = second;
        values[at] = mix(old, weight, lessThan(4u * i + uvec4(0u, 1u, 2u, 3u), uvec4(push.count)));
        average[i] = mean + push.take_average * (weight - mean);
    }
}
