#version 460
// Input layer and first hidden layer of the fused plain network. See mlp_stage.glsl.
#extension GL_GOOGLE_include_directive : require
#define FIRST_STAGE 1
#define LAST_STAGE 0
#include "nn/mlp_stage.glsl"
