#version 460
// dst = m*a + (1-m)*b: particles along x, the registers' planes along y.
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/mask_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { MaskPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };

void main() {
    uint particle = push.first + gl_GlobalInvocationID.x;
    uint plane = gl_WorkGroupID.y;
    float m = values[(push.mask + plane) * push.stride + particle];
    float a = values[(push.a + plane) * push.stride + particle];
    float b = values[(push.b + plane) * push.stride + particle];
    values[(push.dst + plane) * push.stride + particle] = m * a + (1.0 - m) * b;
}
