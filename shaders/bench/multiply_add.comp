#version 460
// The device's multiply-add ceiling: 16 independent chains x = x*a + c per invocation, nothing but registers.
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/bench/multiply_add_push.h"

layout(local_size_x_id = 0) in;
const int CHAINS = 16;

layout(push_constant) uniform Push { MultiplyAddPush push; };

layout(set = 0, binding = 0) writeonly buffer Results { float results[]; };

void main() {
    uint i = gl_GlobalInvocationID.x;
    float x[CHAINS];
    [[unroll]] for (int k = 0; k < CHAINS; ++k) x[k] = float(k);
    for (int round = 0; round < push.rounds; ++round) {
        [[unroll]] for (int k = 0; k < CHAINS; ++k) x[k] = x[k] * push.a + push.c;
    }
    float sum = 0.0;
    [[unroll]] for (int k = 0; k < CHAINS; ++k) sum += x[k];
    results[i] = sum;
}
