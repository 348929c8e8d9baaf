#version 460
// Adds a tile's components to the weighted sums of offset + slope (x - mean), one coordinate per workgroup along y. See
// wide.glsl.
//   rows  components, see wide_mixture.glsl
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/wide_push.h"
#include "sample/wide.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint DIM = 4;
layout(constant_id = 2) const bool DIAGONAL = false;

#include "sample/wide_mixture.glsl"

layout(push_constant) uniform Push { WidePush push; };

layout(set = 0, binding = 0) readonly buffer Rows { float rows[]; };
layout(set = 0, binding = 1) readonly buffer Values { float values[]; };
layout(set = 0, binding = 2) buffer States { float states[]; };
layout(set = 0, binding = 3) readonly buffer Weights { float weights[]; };

void main() {
    uint lane = gl_GlobalInvocationID.x;
    uint stride = push.place.state_stride;
    uint x_place = push.place.src * DIM * push.place.stride + push.place.particle + lane;
    uint e = gl_WorkGroupID.y;
    float sum = 0.0;
    for (uint t = 0u; t < push.terms; ++t) {
        uint row = (push.place.term + t) * ROW;
        uint slope = row + SLOPE + e * COLUMNS;
        float answer = rows[row + OFFSET + e];
        if (DIAGONAL) {
            answer = answer + rows[slope] * (values[x_place + e * push.place.stride] - rows[row + MEAN + e]);
        } else {
            for (uint first = 0u; first < DIM; first += CHUNK) {
                float part = 0.0;
                for (uint o = first; o < min(first + CHUNK, DIM); ++o) {
                    part = part + rows[slope + o] * (values[x_place + o * push.place.stride] - rows[row + MEAN + o]);
                }
                answer = answer + part;
            }
        }
        sum = sum + weights[t * stride + lane] * answer;
    }
    uint at = (WEIGHTED + e) * stride + lane;
    states[at] = sum + (push.place.term == 0u ? 0.0 : states[RESCALE * stride + lane] * states[at]);
}
