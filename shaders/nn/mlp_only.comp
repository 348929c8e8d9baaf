#version 460
// The whole fused plain network with one hidden layer. See mlp_stage.glsl.
#extension GL_GOOGLE_include_directive : require
#define FIRST_STAGE 1
#define LAST_STAGE 1
#include "nn/mlp_stage.glsl"
