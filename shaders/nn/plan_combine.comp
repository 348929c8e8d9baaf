#version 460
// Adds up the parts of sums by plan_outer in their order: result(e) = [result(e) +] sum over parts, e = i*right + j.
// One invocation per element along x (per four of them where they lie together), one sum along y. A table in the
// buffer says of each sum where its parts lie and where its result goes.
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_combine_push.h"
#include "shaders/nn/plan_sum.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int CHUNK = 64;  // rows of a part

layout(push_constant) uniform Push { PlanCombinePush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 0) buffer Vectors { vec4 vectors[]; };
layout(set = 0, binding = 0) buffer Sums { PlanSum sums[]; };

void main() {
    PlanSum sum = sums[push.table + gl_WorkGroupID.y];
    uint element = gl_GlobalInvocationID.x * (sum.vectors != 0u ? 4u : 1u);
    if (element >= sum.elements) return;
    uint at = sum.result + (element / sum.right) * sum.result_row + (element % sum.right) * sum.result_column;
    uint end = sum.rows != 0u ? sum.rows : push.end;
    uint count = (end - push.first + CHUNK - 1u) / CHUNK;
    if (sum.vectors != 0u) {
        vec4 total = vec4(0.0);
        for (uint k = 0u; k < count; ++k) total = total + vectors[(sum.parts + k * sum.elements + element) / 4u];
        vectors[at / 4u] = push.accumulate != 0u ? vectors[at / 4u] + total : total;
    } else {
        float total = 0.0;
        for (uint k = 0u; k < count; ++k) total = total + values[sum.parts + k * sum.elements + element];
        values[at] = push.accumulate != 0u ? values[at] + total : total;
    }
}
