#version 460
// Targets of explicit score matching: what F should be where x0 is estimated by the kernel density estimate of the pool,
// its mean weighted by exp(-|x - alpha x_i|^2 / 2 sigma^2). One invocation per row: a pass for the least distance, one
// for the weights over it.
//   values  the graph's: planes of x and target, the rows' levels among the batch's
//   pool    (points, DIM) row-major
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "base/random.glsl"
#include "train/level.glsl"
#include "shaders/train/kernel_target_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int DIM = 2;

layout(push_constant) uniform Push { KernelTargetPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 1) readonly buffer Pool { float pool[]; };
layout(set = 0, binding = 2) readonly buffer Levels { Level levels[]; };

float square_distance(float x[DIM], float alpha, uint point) {
    float square = 0.0;
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        float shift = x[e] - alpha * pool[point * uint(DIM) + e];
        square = square + shift * shift;
    }
    return square;
}

void main() {
    uint row = push.first + gl_GlobalInvocationID.x;
    if (row >= push.end) return;
    uvec4 first = sf_philox4x32(uvec4(0u, 0u, push.step, push.stream), uvec2(push.seed_low, push.seed_high));
    uint start = choose(first.z, push.all_levels);
    uint level = push.level == kNowhere ? 0u : uint(values[push.level + row]);
    uint at = level_place(level, push.levels, push.all_levels, start);
    float alpha = levels[at].alpha;
    float sigma = levels[at].sigma;
    float x[DIM];
    float mean[DIM];
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        x[e] = values[push.x + e * push.stride + row] / levels[at].c_in;
        mean[e] = 0.0;
    }
    float nearest = 3.0e38;
    for (uint i = 0u; i < push.points; ++i) nearest = min(nearest, square_distance(x, alpha, i));
    float slope = 0.7213475204 / (sigma * sigma);  // log2(e)/2
    float total = 0.0;
    for (uint i = 0u; i < push.points; ++i) {
        float weight = exp2(slope * (nearest - square_distance(x, alpha, i)));
        total = total + weight;
        [[unroll]] for (int e = 0; e < DIM; ++e) mean[e] = mean[e] + weight * pool[i * uint(DIM) + e];
    }
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        float x0 = mean[e] / total;
        float noise = (x[e] - alpha * x0) / sigma;
        values[push.target + e * push.stride + row] =
            levels[at].of_data * x0 + levels[at].of_noise * noise;
    }
}
