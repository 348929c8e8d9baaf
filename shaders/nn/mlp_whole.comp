#version 460
// The fused plain network in one dispatch, for devices on which a barrier costs little and activations in memory cost
// much: software devices, which load and store them lane by lane. One invocation per particle.
//   in/out values  registers `src` and `dst`, (DIM, stride) planes
// The weights of one hidden layer after the other are staged in shared memory; every index into them is constant after
// unrolling, so that they are broadcast. Between the barriers nothing branches on the particle: lanes beyond the last
// particle work on padding. The layers stand there one by one, because a barrier in a loop keeps it from being unrolled.
// Layouts of weights and biases: mlp_stage_push.h, one stage after the other.
//
// Two properties of Mesa's lavapipe, which turns a shader with barriers into a coroutine, determine the rest:
// - Each subgroup of the workgroup runs from barrier to barrier before the next one starts. The unrolled code of a layer
//   is larger than the processor's instruction cache; that of SEGMENT outputs is not. A barrier after each segment lets
//   all subgroups use the code while it is in the cache.
// - If a value is computed before a barrier and used behind it, LLVM does not store the value. It repeats the last four
//   operations behind the barrier and stores their operands, ten times as much. It does store a variable that a loop
//   changes. Therefore `keep` passes activations through a loop of one round.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "shaders/nn/mlp_stage_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int WIDTH = 64;  // a multiple of OUTPUTS, at most 5 segments
layout(constant_id = 2) const int DIM = 2;
layout(constant_id = 3) const int HIDDEN = 3;  // layers of WIDTH x WIDTH, 2 to 4
const int OUTPUTS = 8;   // accumulators at a time
const int SEGMENT = 16;  // outputs between two barriers

layout(push_constant) uniform Push { MlpStagePush push; };

layout(set = 0, binding = 0) readonly buffer Weights { vec4 weights[]; };  // four at a time: as expensive as one
layout(set = 0, binding = 1) readonly buffer Biases { float biases[]; };
layout(set = 0, binding = 2) buffer Values { float values[]; };

const int SQUARE = WIDTH * WIDTH;
const int EDGE = WIDTH * DIM;
const int LAST_WEIGHTS = (HIDDEN - 1) * SQUARE + EDGE;
const int INPUT_BIASES = WIDTH;
const int OUTPUT_BIASES = (HIDDEN + 1) * WIDTH;
const int ALL_BIASES = OUTPUT_BIASES + DIM;

shared vec4 w[SQUARE / 4];
shared vec4 input_weights[EDGE / 4];
shared vec4 output_weights[EDGE / 4];
shared float b[ALL_BIASES];

float silu(float x) { return x / (1.0 + exp(-x)); }

void stage_hidden(int offset) {
    uint first = (push.weights + offset) / 4;
    for (uint i = gl_LocalInvocationIndex; i < SQUARE / 4; i += gl_WorkGroupSize.x) w[i] = weights[first + i];
}

void stage_rest() {
    uint first_input = (push.weights + SQUARE) / 4;
    uint first_output = (push.weights + SQUARE + LAST_WEIGHTS) / 4;
    for (uint i = gl_LocalInvocationIndex; i < EDGE / 4; i += gl_WorkGroupSize.x) {
        input_weights[i] = weights[first_input + i];
        output_weights[i] = weights[first_output + i];
    }
    uint first_bias = push.biases;
    for (uint i = gl_LocalInvocationIndex; i < ALL_BIASES; i += gl_WorkGroupSize.x) b[i] = biases[first_bias + i];
}

float h[WIDTH];     // inputs of the layer
float next[WIDTH];  // its outputs

// Makes the outputs of one layer the inputs of the next one. What a loop changes needs a value before it.
void next_layer() {
    [[unroll]] for (int k = 0; k < WIDTH; ++k) h[k] = next[k];
    [[unroll]] for (int k = 0; k < WIDTH; ++k) next[k] = 0.0;
}

// Stores the outputs first ... end - 1 as they are, see above.
void keep(int first, int end, float outputs[WIDTH]) {
    for (uint round = 0; round < push.block; round += push.block) {
        [[unroll]] for (int k = first; k < end; ++k) next[k] = outputs[k];
    }
}

void input_layer(float x[DIM]) {
    float outputs[WIDTH];
    [[unroll]] for (int k = 0; k < WIDTH; ++k) {
        float sum = b[INPUT_BIASES + k];
        [[unroll]] for (int e = 0; e < DIM; ++e) {
            sum = sum + x[e] * input_weights[(k * DIM + e) / 4][(k * DIM + e) % 4];
        }
        outputs[k] = silu(sum);
    }
    [[unroll]] for (int k = 0; k < WIDTH; ++k) next[k] = 0.0;
    keep(0, WIDTH, outputs);
}

void hidden_segment(int first, int first_bias) {
    const int end = min(first + SEGMENT, WIDTH);
    float outputs[WIDTH];
    [[unroll]] for (int g = first; g < end; g += OUTPUTS) {
        memoryBarrierShared();  // for faster creation of the pipeline, see mlp_stage.glsl
        float sum[OUTPUTS];
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = b[first_bias + g + j];
        [[unroll]] for (int k = 0; k < WIDTH; ++k) {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = sum[j] + h[k] * w[((g + j) * WIDTH + k) / 4][k % 4];
        }
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) outputs[g + j] = silu(sum[j]);
    }
    keep(first, end, outputs);
    barrier();
}

void hidden_layer(int first_bias) {
    next_layer();
    hidden_segment(0, first_bias);
    if (WIDTH > SEGMENT) hidden_segment(SEGMENT, first_bias);
    if (WIDTH > 2 * SEGMENT) hidden_segment(2 * SEGMENT, first_bias);
    if (WIDTH > 3 * SEGMENT) hidden_segment(3 * SEGMENT, first_bias);
    if (WIDTH > 4 * SEGMENT) hidden_segment(4 * SEGMENT, first_bias);
}

void next_hidden_layer(int l) {
    stage_hidden(l * SQUARE + EDGE);
    barrier();
    hidden_layer((l + 1) * WIDTH);
}

void main() {
    stage_hidden(0);
    stage_rest();
    barrier();

    uint lane = gl_GlobalInvocationID.x;
    float x[DIM];
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        x[e] = push.c_in * values[(push.src * DIM + e) * push.stride + push.particle + lane];
    }
    input_layer(x);
    hidden_layer(0);
    if (HIDDEN > 1) next_hidden_layer(1);
    if (HIDDEN > 2) next_hidden_layer(2);
    if (HIDDEN > 3) next_hidden_layer(3);

    float f[DIM];
    [[unroll]] for (int e = 0; e < DIM; ++e) f[e] = b[OUTPUT_BIASES + e];
    [[unroll]] for (int k = 0; k < WIDTH; ++k) {
        [[unroll]] for (int e = 0; e < DIM; ++e) f[e] = f[e] + next[k] * output_weights[(e * WIDTH + k) / 4][k % 4];
    }
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        uint at = e * push.stride + push.particle + lane;
        float skip = push.c_skip * values[push.src * DIM * push.stride + at];
        values[push.dst * DIM * push.stride + at] = skip + push.c_out * f[e];
    }
}
