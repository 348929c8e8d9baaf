#version 460
// result(l, c) = sum of a(r, c) over the rows r of level l, which lie together: bounds(l) ... bounds(l + 1) - 1. One
// invocation per column along x (per four of them with VECTORS), one level along y.
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_levels_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool VECTORS = false;  // four columns of a and result lie together

layout(push_constant) uniform Push { PlanLevelsPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 0) buffer Vectors { vec4 vectors[]; };

void main() {
    uint level = gl_WorkGroupID.y;
    uint begin = uint(values[push.bounds + level]);
    uint end = uint(values[push.bounds + level + 1u]);
    if (VECTORS) {
        uint column = min(4u * gl_GlobalInvocationID.x, push.columns - 4u);
        vec4 sum = vec4(0.0);
        for (uint row = begin; row < end; ++row) {
            sum = sum + vectors[(push.a.offset + row * push.a.row + column) / 4u];
        }
        vectors[(push.result.offset + level * push.result.row + column) / 4u] = sum;
    } else {
        uint column = min(gl_GlobalInvocationID.x, push.columns - 1u);
        float sum = 0.0;
        for (uint row = begin; row < end; ++row) {
            sum = sum + values[push.a.offset + row * push.a.row + column * push.a.column];
        }
        values[push.result.offset + level * push.result.row + column * push.result.column] = sum;
    }
}
