// One stage of the fused plain network: [input layer] + one hidden layer + [output layer and affine form].
//   in   first stage: register `src` of `values`, (DIM, stride) planes; others: activations (WIDTH, block) planes
//   out  last stage: register `dst` of `values`; others: activations
// One invocation per particle. The weights are staged in shared memory behind one barrier and every index into them is
// constant after unrolling, so that software devices broadcast them. Nothing branches on the particle: lanes beyond
// the last particle work on padding.
// The includer defines FIRST_STAGE and LAST_STAGE as 0 or 1.
#extension GL_EXT_control_flow_attributes : require
#include "shaders/nn/mlp_stage_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int WIDTH = 64;  // a multiple of OUTPUTS
layout(constant_id = 2) const int DIM = 2;
const int OUTPUTS = 8;  // accumulators at a time

layout(push_constant) uniform Push { MlpStagePush push; };

layout(set = 0, binding = 0) readonly buffer Weights { float weights[]; };
layout(set = 0, binding = 1) readonly buffer Biases { float biases[]; };
#if FIRST_STAGE && LAST_STAGE
layout(set = 0, binding = 2) buffer Values { float values[]; };
#elif FIRST_STAGE
layout(set = 0, binding = 2) readonly buffer Values { float values[]; };
layout(set = 0, binding = 3) writeonly buffer Results { float results[]; };
#elif LAST_STAGE
layout(set = 0, binding = 2) buffer Values { float values[]; };
layout(set = 0, binding = 3) readonly buffer Activations { float activations[]; };
#else
layout(set = 0, binding = 2) readonly buffer Activations { float activations[]; };
layout(set = 0, binding = 3) writeonly buffer Results { float results[]; };
#endif

const int INPUT_WEIGHTS = WIDTH * WIDTH;
const int OUTPUT_WEIGHTS = INPUT_WEIGHTS + FIRST_STAGE * WIDTH * DIM;
const int ALL_WEIGHTS = OUTPUT_WEIGHTS + LAST_STAGE * WIDTH * DIM;
const int INPUT_BIASES = WIDTH;
const int OUTPUT_BIASES = INPUT_BIASES + FIRST_STAGE * WIDTH;
const int ALL_BIASES = OUTPUT_BIASES + LAST_STAGE * DIM;

shared float w[ALL_WEIGHTS];
shared float b[ALL_BIASES];

float silu(float x) { return x / (1.0 + exp(-x)); }

void main() {
    for (uint i = gl_LocalInvocationIndex; i < ALL_WEIGHTS; i += gl_WorkGroupSize.x) w[i] = weights[push.weights + i];
    for (uint i = gl_LocalInvocationIndex; i < ALL_BIASES; i += gl_WorkGroupSize.x) b[i] = biases[push.biases + i];
    barrier();

    uint lane = gl_GlobalInvocationID.x;
    float h[WIDTH];
#if FIRST_STAGE
    float x[DIM];
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        x[e] = push.c_in * values[(push.src * DIM + e) * push.stride + push.particle + lane];
    }
    [[unroll]] for (int k = 0; k < WIDTH; ++k) {
        float sum = b[INPUT_BIASES + k];
        [[unroll]] for (int e = 0; e < DIM; ++e) sum = sum + x[e] * w[INPUT_WEIGHTS + k * DIM + e];
        h[k] = silu(sum);
    }
#else
    [[unroll]] for (int k = 0; k < WIDTH; ++k) h[k] = activations[k * push.block + lane];
#endif

#if LAST_STAGE
    float f[DIM];
    [[unroll]] for (int e = 0; e < DIM; ++e) f[e] = b[OUTPUT_BIASES + e];
#endif
    [[unroll]] for (int g = 0; g < WIDTH; g += OUTPUTS) {
        // Nothing is written here. But Mesa's copy propagation compares every load of shared memory with all loads since
        // the last barrier, so that creating the pipeline takes three times as long without this.
        memoryBarrierShared();
        float sum[OUTPUTS];
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = b[g + j];
        [[unroll]] for (int k = 0; k < WIDTH; ++k) {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = sum[j] + h[k] * w[(g + j) * WIDTH + k];
        }
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) {
            float result = silu(sum[j]);
#if LAST_STAGE
            [[unroll]] for (int e = 0; e < DIM; ++e) f[e] = f[e] + result * w[OUTPUT_WEIGHTS + e * WIDTH + g + j];
#else
            results[(g + j) * push.block + lane] = result;
#endif
        }
    }
#if LAST_STAGE
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        uint at = e * push.stride + push.particle + lane;
        float skip = push.c_skip * values[push.src * DIM * push.stride + at];
        values[push.dst * DIM * push.stride + at] = skip + push.c_out * f[e];
    }
#endif
}
