// The forward process: particle i is data point i (mod points) under noise, alpha x + sigma z, z its own normals.
// Data are planes (dim, points), particles planes (dim, count).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/base/random.glsl"
#include "shaders/session/noised_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint kGroup = 128;

layout(set = 0, binding = 0, std430) readonly buffer Data { float data[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Values { float values[]; };

layout(push_constant) uniform Push { NoisedPush push; };

void main() {
    uint i = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * (gl_NumWorkGroups.x * gl_WorkGroupSize.x);
    vec4 z = sf_normal4(uvec2(push.seed_low, push.seed_high), i, 0u, 0u, push.stream);
    for (uint e = 0u; e < push.dim; ++e) {
        float x = data[e * push.points + i % push.points];
        if (i < push.count) values[e * push.count + i] = push.alpha * x + push.sigma * z[e];
    }
}
