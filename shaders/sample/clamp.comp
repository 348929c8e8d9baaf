#version 460
// dst = min(max(dst, low), high), element by element of one register.
layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push {
    uint first;  // of the register
    float low;
    float high;
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };

void main() {
    uint i = push.first + gl_GlobalInvocationID.x;
    values[i] = min(max(values[i], push.low), push.high);
}
