#version 460
// result = sigmoid(a)
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_map.glsl"
#include "src/nn/ops/sigmoid/sigmoid.glsl"

float result_of(uint row) { return sigmoid(a(row)); }
