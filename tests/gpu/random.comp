#version 460
// Test shader: words[4i..] and normals[4i..] of particle i. words, normals: 4 count values, written only.
#include "base/random.glsl"
#include "tests/gpu/random_push.h"

layout(local_size_x = 64) in;

layout(set = 0, binding = 0) writeonly buffer Words { uvec4 words[]; };
layout(set = 0, binding = 1) writeonly buffer Normals { vec4 normals[]; };
layout(push_constant) uniform Push { RandomPush push; };

void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= push.count) return;
    uvec2 seed = uvec2(push.seed_low, push.seed_high);
    words[i] = sf_philox4x32(uvec4(i, push.block, push.index, push.stream), seed);
    normals[i] = sf_normal4(seed, i, push.block, push.index, push.stream);
}
