#version 460
// Test shader: target[i] = scale * source[i] + shift. source: n floats, read only; target: n floats, written only.
#extension GL_GOOGLE_include_directive : require
#include "tests/gpu/affine_push.h"

layout(local_size_x = 64, local_size_x_id = 0) in;
layout(constant_id = 0) const uint kGroup = 64;
layout(constant_id = 1) const uint kShift = 0;

layout(set = 0, binding = 0) readonly buffer Source { float source[]; };
layout(set = 0, binding = 1) buffer Target { float target[]; };
layout(push_constant) uniform Push { AffineTestPush push; };

void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < push.count) target[i] = push.scale * source[i] + float(kShift);
}
