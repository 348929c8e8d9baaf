#version 460
// The device's multiply-add ceiling: 12 independent chains x = x*a + c per invocation, nothing but registers. Twelve hide
// the latency and fit, with a and c, 16 vector registers. A software device masks what a loop changes and reads push
// constants lane by lane in every round: a round therefore has many steps, and what is pushed is read before the loop.
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/bench/multiply_add_push.h"

layout(local_size_x_id = 0) in;
const int CHAINS = 12;
const int STEPS = 32;  // of a round

layout(push_constant) uniform Push { MultiplyAddPush push; };

layout(set = 0, binding = 0) writeonly buffer Results { float results[]; };

void main() {
    uint i = gl_GlobalInvocationID.x;
    float x[CHAINS];
    [[unroll]] for (int k = 0; k < CHAINS; ++k) x[k] = float(k);
    float a = push.a;
    float c = push.c;
    int rounds = push.rounds;
    for (int round = 0; round < rounds; ++round) {
        [[unroll]] for (int step = 0; step < STEPS; ++step) {
            [[unroll]] for (int k = 0; k < CHAINS; ++k) x[k] = x[k] * a + c;
        }
    }
    float sum = 0.0;
    [[unroll]] for (int k = 0; k < CHAINS; ++k) sum += x[k];
    results[i] = sum;
}
