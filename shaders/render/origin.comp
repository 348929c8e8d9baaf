// Where particles start, as one number: channel = Phi((x - mean) · inverse_deviation), the standard normal distribution function.
//   in   values   float32: the first coordinate at first + i
//   out  channel  float32 in [0, 1]
// Phi(z) = 1/(1 + exp(-(1.5976 z + 0.07056 z^3))) within 2e-4 (Page 1977); exact enough for a colour. 0.5 for NaN.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/render/origin_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint kGroup = 128;

layout(set = 0, binding = 0, std430) readonly buffer Values { float values[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Channel { float channel[]; };

layout(push_constant) uniform Push { OriginPush push; };

void main() {
    uint i = gl_GlobalInvocationID.x + gl_GlobalInvocationID.y * (gl_NumWorkGroups.x * gl_WorkGroupSize.x);
    float x = (values[push.first + min(i, push.count - 1u)] - push.mean) * push.inverse_deviation;
    bool finite = abs(x) < 1e30;
    float z = finite ? clamp(x, -6.0, 6.0) : (x > 0.0 ? 6.0 : (x < 0.0 ? -6.0 : 0.0));
    float phi = 1.0 / (1.0 + exp(-(1.5976 * z + 0.07056 * z * z * z)));
    if (i < push.count) channel[i] = clamp(phi, 0.0, 1.0);
}
