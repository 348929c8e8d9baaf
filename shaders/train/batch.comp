#version 460
// A training batch (train::BatchSource::draw): for each row a noise level, a point of the pool and normals; from them
// what the objective reads. One invocation per row; the first ones also write the times of the batch's levels.
//   values  the graph's: planes, of which `push` says where they begin
//   pool    (points, DIM) row-major
//   labels  (points), where CLASSES > 0
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "base/random.glsl"
#include "train/level.glsl"
#include "shaders/train/batch_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint DIM = 2;
layout(constant_id = 2) const int CLASSES = 0;
layout(constant_id = 3) const bool IMPLICIT = false;  // skip, out and spread in the place of a target
layout(constant_id = 4) const bool WEIGHTED = false;
layout(constant_id = 5) const bool SKIPS = false;
layout(constant_id = 6) const int SECOND = 0;  // 0: no second normals; 1: the last step's; directions: 2 their signs, 3 they

layout(push_constant) uniform Push { BatchPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 1) readonly buffer Pool { float pool[]; };
layout(set = 0, binding = 2) readonly buffer Labels { uint labels[]; };
layout(set = 0, binding = 3) readonly buffer Levels { Level levels[]; };

void main() {
    uint row = push.first + gl_GlobalInvocationID.x;
    if (row >= push.end) return;
    uvec2 seed = uvec2(push.seed_low, push.seed_high);
    uvec4 first = sf_philox4x32(uvec4(0u, 0u, push.step, push.stream), seed);
    uvec4 own = sf_philox4x32(uvec4(row, 0u, push.step, push.stream), seed);
    uint start = choose(first.z, push.all_levels);
    if (row < push.levels) {
        values[push.times + row] = levels[level_place(row, push.levels, push.all_levels, start)].c_noise;
    }
    uint level = (row * push.levels + choose(first.x, push.levels)) / push.rows;
    if (push.level != kNowhere) values[push.level + row] = float(level);
    uint at = level_place(level, push.levels, push.all_levels, start);
    uint point = choose(own.y, push.points);
    if (CLASSES > 0) {
        uint label = own.w < push.hidden_below ? uint(CLASSES) : labels[point];
        for (uint k = 0u; k < CLASSES; ++k) values[push.label + k * push.stride + row] = k == label ? 1.0 : 0.0;
    }
    // Four coordinates per iteration: one block of normals holds their noise, the next one their second normals.
    for (uint first_of_four = 0u; first_of_four < DIM; first_of_four += 4u) {
        uint block = 1u + first_of_four / 2u;
        vec4 noise = vec4(0.0);
        vec4 second = vec4(0.0);
        // A loop, so that sf_normal4 is inlined once: SwiftShader takes seconds to compile two copies.
        for (uint i = 0u; i < (SECOND > 0 ? 2u : 1u); ++i) {
            vec4 normals = sf_normal4(seed, row, block + i, push.step, push.stream);
            if (i == 0u) noise = normals;
            if (i == 1u) second = normals;
        }
        [[unroll]] for (uint k = 0u; k < 4u; ++k) {
            uint e = first_of_four + k;
            if (e >= DIM) break;
            uint plane = e * push.stride + row;
            float x0 = pool[point * DIM + e];
            float state = levels[at].alpha * x0 + levels[at].sigma * noise[k];
            if (SECOND == 1) state = state + levels[at].sigma_step * second[k];
            values[push.x + plane] = levels[at].c_in * state;
            if (WEIGHTED) values[push.root_weight + plane] = levels[at].root_weight;
            if (IMPLICIT) {
                if (SKIPS) values[push.skip + plane] = levels[at].skip;
                values[push.out_ + plane] = levels[at].out_;
                values[push.spread + plane] = levels[at].spread;
                if (SECOND == 2) values[push.direction + plane] = second[k] < 0.0 ? -1.0 : 1.0;
                if (SECOND == 3) values[push.direction + plane] = second[k];
            } else {
                float target = levels[at].of_data * x0 + levels[at].of_noise * noise[k];
                if (SECOND == 1) target = target + levels[at].of_step * second[k];
                values[push.target + plane] = target;
            }
        }
    }
}
