#version 460
// Computes the result from the weighted sums, one coordinate per workgroup along y. See wide.glsl.
//   points  if POINTS is set: data, then the centre of the ball around them; the result is that of empirical.comp.
//           Otherwise unused; the result is the weighted mean.
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/wide_push.h"
#include "sample/wide.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint DIM = 4;
layout(constant_id = 2) const bool POINTS = false;

layout(push_constant) uniform Push { WidePush push; };

layout(set = 0, binding = 0) readonly buffer Points { float points[]; };
layout(set = 0, binding = 1) buffer Values { float values[]; };
layout(set = 0, binding = 2) readonly buffer States { float states[]; };

void main() {
    uint lane = gl_GlobalInvocationID.x;
    uint stride = push.place.state_stride;
    uint e = gl_WorkGroupID.y;
    float mean = states[(WEIGHTED + e) * stride + lane] / states[SUM * stride + lane];
    uint at = e * push.place.stride + push.place.particle + lane;
    float answer = mean;
    if (POINTS) {
        float centre = points[push.centre + e];
        float x = values[push.place.src * DIM * push.place.stride + at];
        float p = centre + (x - push.alpha * centre) * states[SHRINK * stride + lane];
        float y = x - push.alpha * p;
        answer = push.of_denoised * (p + mean) + push.of_offset * (y - push.alpha * mean);
    }
    values[push.place.dst * DIM * push.place.stride + at] = answer;
}
