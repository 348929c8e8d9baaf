#version 460
// A hidden layer of any size. See dense_long.glsl.
#extension GL_GOOGLE_include_directive : require
#define AFFINE 0
#include "nn/dense_long.glsl"
