// One dense layer with any number of inputs and outputs, for sizes that dense.glsl would unroll too far. Each workgroup
// along y computes OUTPUTS outputs; each invocation along x handles one particle. The inputs are processed in chunks,
// whose weights are staged in shared memory. Every index into shared memory is constant after unrolling. The order of
// summation is that of dense.glsl.
// The includer defines AFFINE for dense_bindings.glsl.
#extension GL_EXT_control_flow_attributes : require
#include "nn/dense_bindings.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint INPUTS = 64;
layout(constant_id = 2) const uint ALL_OUTPUTS = 8;
const uint OUTPUTS = 8u;
const uint CHUNK = 64u;

shared float w[OUTPUTS * CHUNK];

void main() {
    uint lane = gl_GlobalInvocationID.x;
    uint first_output = gl_WorkGroupID.y * OUTPUTS;
    float sum[OUTPUTS];
    [[unroll]] for (uint j = 0u; j < OUTPUTS; ++j) {
        sum[j] = biases[push.biases + min(first_output + j, ALL_OUTPUTS - 1u)];
    }
    for (uint first = 0u; first < INPUTS; first += CHUNK) {
        barrier();
        for (uint i = gl_LocalInvocationIndex; i < OUTPUTS * CHUNK; i += gl_WorkGroupSize.x) {
            uint j = first_output + i / CHUNK;
            uint k = first + i % CHUNK;
            w[i] = j < ALL_OUTPUTS && k < INPUTS ? weights[push.weights + j * INPUTS + k] : 0.0;
        }
        barrier();
        // Inputs beyond the last repeat the last one; their weights are zero.
        [[unroll]] for (uint k = 0u; k < CHUNK; ++k) {
            float h = push.in_scale * inputs[min(first + k, INPUTS - 1u) * push.in_stride + push.in_first + lane];
            [[unroll]] for (uint j = 0u; j < OUTPUTS; ++j) sum[j] = sum[j] + h * w[j * CHUNK + k];
        }
    }
    [[unroll]] for (uint j = 0u; j < OUTPUTS; ++j) {
        if (first_output + j >= ALL_OUTPUTS) break;
        write_output(first_output + j, lane, sum[j]);
    }
}
