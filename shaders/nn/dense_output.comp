#version 460
// The output layer of a wide network in its affine form. See dense.glsl.
#extension GL_GOOGLE_include_directive : require
#define AFFINE 1
#include "nn/dense.glsl"
