#version 460
// Computes the log2 of the weights of a tile's components, one component per workgroup along y. See wide.glsl.
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
layout(set = 0, binding = 2) writeonly buffer Weights { float weights[]; };

// Returns the product of row j of `whiten` and x - mean.
float whitened(uint row, uint x_place, uint j) {
    uint whiten = row + WHITEN + j * COLUMNS;
    if (DIAGONAL) return rows[whiten] * (values[x_place + j * push.place.stride] - rows[row + MEAN + j]);
    float sum = 0.0;
    for (uint first = 0u; first < DIM; first += CHUNK) {
        float part = 0.0;
        for (uint e = first; e < min(first + CHUNK, DIM); ++e) {
            part = part + rows[whiten + e] * (values[x_place + e * push.place.stride] - rows[row + MEAN + e]);
        }
        sum = sum + part;
    }
    return sum;
}

void main() {
    uint lane = gl_GlobalInvocationID.x;
    uint x_place = push.place.src * DIM * push.place.stride + push.place.particle + lane;
    uint row = (push.place.term + gl_WorkGroupID.y) * ROW;
    float square = 0.0;
    for (uint first = 0u; first < DIM; first += CHUNK) {
        float part = 0.0;
        for (uint j = first; j < min(first + CHUNK, DIM); ++j) {
            float y = whitened(row, x_place, j);
            part = part + y * y;
        }
        square = square + part;
    }
    weights[gl_WorkGroupID.y * push.place.state_stride + lane] = max(rows[row + LOG] - square, LOWEST);
}
