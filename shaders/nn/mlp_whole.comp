#version 460
// The fused plain network in one dispatch, for devices on which a barrier costs little and activations in memory cost
// much: software devices, which load and store them lane by lane. One invocation per particle.
//   in/out values  registers `src` and `dst`, (DIM, stride) planes
// The weights of one hidden layer after the other are staged in shared memory; every index into them is constant after
// unrolling, so that they are broadcast. Between the barriers nothing branches on the particle: lanes beyond the last
// particle work on padding. The layers stand there one by one, because a barrier in a loop keeps it from being unrolled.
// Layouts of weights and biases: mlp_stage_push.h, one stage after the other.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "shaders/nn/mlp_stage_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int WIDTH = 64;  // a multiple of OUTPUTS
layout(constant_id = 2) const int DIM = 2;
layout(constant_id = 3) const int HIDDEN = 3;  // layers of WIDTH x WIDTH, 2 to 4
const int OUTPUTS = 8;  // accumulators at a time

layout(push_constant) uniform Push { MlpStagePush push; };

layout(set = 0, binding = 0) readonly buffer Weights { float weights[]; };
layout(set = 0, binding = 1) readonly buffer Biases { float biases[]; };
layout(set = 0, binding = 2) buffer Values { float values[]; };

const int SQUARE = WIDTH * WIDTH;
const int EDGE = WIDTH * DIM;
const int LAST_WEIGHTS = (HIDDEN - 1) * SQUARE + EDGE;
const int INPUT_BIASES = WIDTH;
const int OUTPUT_BIASES = (HIDDEN + 1) * WIDTH;
const int ALL_BIASES = OUTPUT_BIASES + DIM;

shared float w[SQUARE];
shared float input_weights[EDGE];
shared float output_weights[EDGE];
shared float b[ALL_BIASES];

float silu(float x) { return x / (1.0 + exp(-x)); }

void stage_hidden(int first) {
    for (uint i = gl_LocalInvocationIndex; i < SQUARE; i += gl_WorkGroupSize.x) w[i] = weights[push.weights + first + i];
}

float h[WIDTH];

void hidden_layer(int first_bias) {
    float next[WIDTH];
    [[unroll]] for (int g = 0; g < WIDTH; g += OUTPUTS) {
        memoryBarrierShared();  // for faster creation of the pipeline, see mlp_stage.glsl
        float sum[OUTPUTS];
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = b[first_bias + g + j];
        [[unroll]] for (int k = 0; k < WIDTH; ++k) {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = sum[j] + h[k] * w[(g + j) * WIDTH + k];
        }
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) next[g + j] = silu(sum[j]);
    }
    [[unroll]] for (int k = 0; k < WIDTH; ++k) h[k] = next[k];
}

void next_hidden_layer(int l) {
    barrier();
    stage_hidden(l * SQUARE + EDGE);
    barrier();
    hidden_layer((l + 1) * WIDTH);
}

void main() {
    stage_hidden(0);
    for (uint i = gl_LocalInvocationIndex; i < EDGE; i += gl_WorkGroupSize.x) {
        input_weights[i] = weights[push.weights + SQUARE + i];
        output_weights[i] = weights[push.weights + LAST_WEIGHTS + SQUARE + i];
    }
    for (uint i = gl_LocalInvocationIndex; i < ALL_BIASES; i += gl_WorkGroupSize.x) b[i] = biases[push.biases + i];
    barrier();

    uint lane = gl_GlobalInvocationID.x;
    float x[DIM];
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        x[e] = push.c_in * values[(push.src * DIM + e) * push.stride + push.particle + lane];
    }
    [[unroll]] for (int k = 0; k < WIDTH; ++k) {
        float sum = b[INPUT_BIASES + k];
        [[unroll]] for (int e = 0; e < DIM; ++e) sum = sum + x[e] * input_weights[k * DIM + e];
        h[k] = silu(sum);
    }
    hidden_layer(0);
    if (HIDDEN > 1) next_hidden_layer(1);
    if (HIDDEN > 2) next_hidden_layer(2);
    if (HIDDEN > 3) next_hidden_layer(3);

    float f[DIM];
    [[unroll]] for (int e = 0; e < DIM; ++e) f[e] = b[OUTPUT_BIASES + e];
    [[unroll]] for (int k = 0; k < WIDTH; ++k) {
        [[unroll]] for (int e = 0; e < DIM; ++e) f[e] = f[e] + h[k] * output_weights[e * WIDTH + k];
    }
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        uint at = e * push.stride + push.particle + lane;
        float skip = push.c_skip * values[push.src * DIM * push.stride + at];
        values[push.dst * DIM * push.stride + at] = skip + push.c_out * f[e];
    }
}
