// Counts the first coordinates of particles by bins; what is outside is not counted. Counts hold zeros before.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/histogram_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint kGroup = 128;

layout(set = 0, binding = 0, std430) readonly buffer Values { float values[]; };
layout(set = 0, binding = 1, std430) buffer Counts { uint counts[]; };

layout(push_constant) uniform Push { HistogramPush push; };

void main() {
    uint i = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * (gl_NumWorkGroups.x * gl_WorkGroupSize.x);
    float bin = floor((values[push.first + min(i, push.count - 1u)] - push.low) * push.scale);
    if (i < push.count && bin >= 0.0 && bin < float(push.bins)) atomicAdd(counts[uint(bin)], 1u);
}
