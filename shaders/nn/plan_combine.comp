#version 460
// Adds up the parts of plan_outer in their order: result(e) = [result(e) +] sum over parts, e = i*right + j.
layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push {
    uint elements;  // of one part
    uint parts;     // where they lie
    uint count;     // how many
    uint right;     // columns of the result
    uint result;    // its view
    uint result_row;
    uint result_column;
    uint accumulate;
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };

void main() {
    uint element = min(gl_GlobalInvocationID.x, push.elements - 1u);
    uint at = push.result + (element / push.right) * push.result_row + (element % push.right) * push.result_column;
    float sum = 0.0;
    for (uint k = 0u; k < push.count; ++k) sum = sum + values[push.parts + k * push.elements + element];
    if (gl_GlobalInvocationID.x < push.elements) values[at] = push.accumulate != 0u ? values[at] + sum : sum;
}
