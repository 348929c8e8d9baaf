#version 460
// result = a
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_map.glsl"

float result_of(uint row) { return a(row); }
