#version 460
// value = offset + scale * value in one plane: particles along x.
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/affine_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { AffinePush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };

void main() {
    uint i = push.plane * push.stride + gl_GlobalInvocationID.x;
    values[i] = push.offset + push.scale * values[i];
}
