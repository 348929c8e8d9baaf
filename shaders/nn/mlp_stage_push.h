// Push constants of nn/mlp_stage.glsl.
#ifndef SCOREFIELD_NN_MLP_STAGE_PUSH_H
#define SCOREFIELD_NN_MLP_STAGE_PUSH_H

#include "shaders/base/shared.h"

SHARED_BEGIN

struct MlpStagePush {
    uint weights;   // floats: hidden weight (WIDTH, WIDTH), input weight (WIDTH, DIM), output weight (DIM, WIDTH)
    uint biases;    // floats: hidden (WIDTH), input (WIDTH), output (DIM)
    uint particle;  // first particle of the block
    uint block;     // plane length of the activations
    uint stride;    // plane length of the registers
    uint src;
    uint dst;
    float c_in;
    float c_skip;
    float c_out;
};

SHARED_END

#endif
