#version 460
// One step of a Markov chain: next = a draw from row `state` of a table, one invocation per particle.
//   states      planes of `stride` states: plane `to` <- plane `from`; the first step starts in state 0 and reads none
//   thresholds  rows of (columns - 1) words: the draw is the number of thresholds that a 32-bit uniform reaches
#extension GL_GOOGLE_include_directive : require
#include "base/random.glsl"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push {
    uint step;
    uint stride;
    uint first_threshold;
    uint columns;
    uint first_particle;  // number of particle 0 within the run
    uint stream;
    uint seed_low;
    uint seed_high;
} push;

layout(set = 0, binding = 0) buffer States { uint states[]; };
layout(set = 0, binding = 1) readonly buffer Thresholds { uint thresholds[]; };

void main() {
    uint particle = gl_GlobalInvocationID.x;
    if (particle >= push.stride) return;
    uint state = push.step == 0u ? 0u : states[(push.step - 1u) * push.stride + particle];
    uint row = push.first_threshold + state * (push.columns - 1u);
    uint word = sf_philox4x32(uvec4(push.first_particle + particle, 0u, push.step, push.stream),
                              uvec2(push.seed_low, push.seed_high)).x;
    uint next = 0u;
    for (uint k = 0u; k + 1u < push.columns; ++k) next += word >= thresholds[row + k] ? 1u : 0u;
    states[push.step * push.stride + particle] = next;
}
