#version 460
// Last hidden layer, output layer and affine form of the fused plain network. See mlp_stage.glsl.
#extension GL_GOOGLE_include_directive : require
#define FIRST_STAGE 0
#define LAST_STAGE 1
#include "nn/mlp_stage.glsl"
