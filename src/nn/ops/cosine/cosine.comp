#version 460
// result = cos(a)
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_map.glsl"
#include "src/nn/ops/sine/sine.glsl"

float result_of(uint row) { return sine(a(row), 1); }
