#version 460
// dst = min(max(dst, low), high): particles along x, the register's planes along y. What is not a number stays so.
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/clamp_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { ClampPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };

void main() {
    uint i = (push.first_plane + gl_WorkGroupID.y) * push.stride + push.first + gl_GlobalInvocationID.x;
    float value = values[i];
    value = value < push.low ? push.low : value;
    values[i] = value > push.high ? push.high : value;
}
