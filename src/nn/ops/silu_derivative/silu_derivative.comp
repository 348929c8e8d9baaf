#version 460
// result = s * (1 + a * (1 - s)), s = sigmoid(a)
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_map.glsl"
#include "src/nn/ops/sigmoid/sigmoid.glsl"

float result_of(uint row) {
    float x = a(row);
    float s = sigmoid(x);
    return s * (1.0 + x * (1.0 - s));
}
