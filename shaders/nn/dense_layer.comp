#version 460
// A hidden layer of a wide network. See dense.glsl.
#extension GL_GOOGLE_include_directive : require
#define AFFINE 0
#include "nn/dense.glsl"
