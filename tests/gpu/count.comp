#version 460
// Test shader: counts. total[0] += number of i < n with values[i] != 0, one atomic per invocation.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer Values { uint values[]; };
layout(set = 0, binding = 1) buffer Total { uint total[]; };

void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < values.length() && values[i] != 0u) atomicAdd(total[0], 1u);
}
