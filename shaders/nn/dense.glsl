// One dense layer for networks too wide to fuse: OUTPUT_BLOCK outputs per workgroup along y, one particle per invocation along x.
// Weights are staged behind one barrier; every index into shared memory is constant after unrolling.
// The includer defines AFFINE for dense_bindings.glsl.
#extension GL_EXT_control_flow_attributes : require
#include "nn/dense_bindings.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int INPUTS = 64;
layout(constant_id = 2) const int OUTPUT_BLOCK = 8;
layout(constant_id = 3) const int OUTPUTS = 8;  // accumulators at a time; divides OUTPUT_BLOCK

shared float w[INPUTS * OUTPUT_BLOCK];
shared float b[OUTPUT_BLOCK];

void main() {
    uint first_output = gl_WorkGroupID.y * OUTPUT_BLOCK;
    for (uint i = gl_LocalInvocationIndex; i < INPUTS * OUTPUT_BLOCK; i += gl_WorkGroupSize.x) {
        w[i] = weights[push.weights + first_output * INPUTS + i];
    }
    for (uint i = gl_LocalInvocationIndex; i < OUTPUT_BLOCK; i += gl_WorkGroupSize.x) b[i] = biases[push.biases + first_output + i];
    barrier();

    uint lane = gl_GlobalInvocationID.x;
    float h[INPUTS];
    [[unroll]] for (int k = 0; k < INPUTS; ++k) {
        h[k] = push.in_scale * inputs[k * push.in_stride + push.in_first + lane];
    }
    [[unroll]] for (int g = 0; g < OUTPUT_BLOCK; g += OUTPUTS) {
        memoryBarrierShared();  // for faster creation of the pipeline, see mlp_stage.glsl
        float sum[OUTPUTS];
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = b[g + j];
        [[unroll]] for (int k = 0; k < INPUTS; ++k) {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = sum[j] + h[k] * w[(g + j) * INPUTS + k];
        }
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) {
            write_output(first_output + g + j, lane, sum[j]);
        }
    }
}
