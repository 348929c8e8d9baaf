#version 460
// Adds up the parts of sums by plan_outer in their order: result(e) = [result(e) +] sum over parts, e = i*right + j.
// One invocation per element along x (per four of them where they lie together), one sum along y. A table in the
// buffer says of each sum where its parts lie and where its result goes.
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int CHUNK = 64;  // rows of a part

struct Sum {
    uint elements;  // of one part
    uint parts;     // where they lie
    uint right;     // columns of the result
    uint result;    // its view
    uint result_row;
    uint result_column;
    uint rows;     // that are summed over; 0: as many as there are particles
    uint vectors;  // whether four columns of the result lie together
};
layout(push_constant) uniform Push {
    uint table;  // where the first of its sums lies, in eights of words
    uint first;  // row whose chunk is the first part
    uint end;    // one past the last row, of particles
    uint accumulate;
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 0) buffer Vectors { vec4 vectors[]; };
layout(set = 0, binding = 0) buffer Sums { Sum sums[]; };

void main() {
    Sum sum = sums[push.table + gl_WorkGroupID.y];
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
