#version 460
// Computes the targets of kernel_target.comp for points of many coordinates. No invocation holds a whole point. Each
// coordinate of a row that is read serves POINTS points. The target's planes hold the weighted sums of the points.
//   values  values of the graph: planes of x and target, index of each row's level in the batch
//   pool    (points, DIM) row-major
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "base/random.glsl"
#include "train/level.glsl"
#include "shaders/train/kernel_target_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint DIM = 4;
const uint POINTS = 16u;

layout(push_constant) uniform Push { KernelTargetPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 1) readonly buffer Pool { float pool[]; };
layout(set = 0, binding = 2) readonly buffer Levels { Level levels[]; };

// Points beyond the last repeat the last one.
uint place_of(uint point) { return min(point, push.points - 1u) * DIM; }

// Returns the squared distances from x to the points first .. first + POINTS - 1.
float[POINTS] square_distances(uint row, float c_in, float alpha, uint first) {
    float squares[POINTS];
    [[unroll]] for (uint k = 0u; k < POINTS; ++k) squares[k] = 0.0;
    for (uint e = 0u; e < DIM; ++e) {
        float x = values[push.x + e * push.stride + row] / c_in;
        [[unroll]] for (uint k = 0u; k < POINTS; ++k) {
            float shift = x - alpha * pool[place_of(first + k) + e];
            squares[k] = squares[k] + shift * shift;
        }
    }
    return squares;
}

void main() {
    uint row = push.first + gl_GlobalInvocationID.x;
    if (row >= push.end) return;
    uvec4 words = sf_philox4x32(uvec4(0u, 0u, push.step, push.stream), uvec2(push.seed_low, push.seed_high));
    uint start = choose(words.z, push.all_levels);
    uint level = push.level == kNowhere ? 0u : uint(values[push.level + row]);
    uint at = level_place(level, push.levels, push.all_levels, start);
    float c_in = levels[at].c_in;
    float alpha = levels[at].alpha;
    float sigma = levels[at].sigma;
    float nearest = 3.0e38;
    for (uint first = 0u; first < push.points; first += POINTS) {
        float squares[POINTS] = square_distances(row, c_in, alpha, first);
        [[unroll]] for (uint k = 0u; k < POINTS; ++k) nearest = min(nearest, squares[k]);
    }
    float slope = 0.7213475204 / (sigma * sigma);  // log2(e)/2
    float total = 0.0;
    for (uint first = 0u; first < push.points; first += POINTS) {
        float weights[POINTS] = square_distances(row, c_in, alpha, first);
        [[unroll]] for (uint k = 0u; k < POINTS; ++k) {
            weights[k] = first + k < push.points ? exp2(slope * (nearest - weights[k])) : 0.0;
            total = total + weights[k];
        }
        for (uint e = 0u; e < DIM; ++e) {
            uint plane = push.target + e * push.stride + row;
            float sum = first == 0u ? 0.0 : values[plane];
            [[unroll]] for (uint k = 0u; k < POINTS; ++k) sum = sum + weights[k] * pool[place_of(first + k) + e];
            values[plane] = sum;
        }
    }
    for (uint e = 0u; e < DIM; ++e) {
        uint plane = e * push.stride + row;
        float x0 = values[push.target + plane] / total;
        float noise = (values[push.x + plane] / c_in - alpha * x0) / sigma;
        values[push.target + plane] = levels[at].of_data * x0 + levels[at].of_noise * noise;
    }
}
