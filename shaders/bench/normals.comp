#version 460
// Four standard normals per invocation, summed: the speed of Philox and Box-Muller without memory traffic.
#extension GL_GOOGLE_include_directive : require
#include "base/random.glsl"
#include "shaders/bench/normals_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { NormalsPush push; };

layout(set = 0, binding = 0) writeonly buffer Results { float results[]; };

void main() {
    vec4 sum = vec4(0.0);
    for (uint block = 0; block < push.blocks; ++block) sum += sf_normal4(uvec2(0u), gl_GlobalInvocationID.x, block, 0u, 0u);
    results[gl_GlobalInvocationID.x] = sum.x + sum.y + sum.z + sum.w;
}
