#version 460
// The output layer of any size in its affine form. See dense_long.glsl.
#extension GL_GOOGLE_include_directive : require
#define AFFINE 1
#include "nn/dense_long.glsl"
