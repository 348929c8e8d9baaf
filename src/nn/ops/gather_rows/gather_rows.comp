#version 460
// result(r, c) = a(b(r), c): a is a table, b a column of row numbers.
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_map.glsl"

float result_of(uint row) { return a(uint(values[push.b.offset + row * push.b.row])); }
