#version 460
// A training batch (train::BatchSource::draw): for each row a noise level, a point of the pool and normals; from them
// what the objective reads. One invocation per row; the first ones also write the times of the batch's levels.
//   values  the graph's: planes, of which `push` says where they begin
//   pool    (points, DIM) row-major
//   labels  (points), where CLASSES > 0
//   levels  LEVEL_FLOATS of each, as the constants below name them
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "base/random.glsl"
#include "train/level.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int DIM = 2;
layout(constant_id = 2) const int CLASSES = 0;
layout(constant_id = 3) const bool IMPLICIT = false;  // skip, out and spread in the place of a target
layout(constant_id = 4) const bool WEIGHTED = false;
layout(constant_id = 5) const bool SKIPS = false;
layout(constant_id = 6) const int SECOND = 0;  // 0: no second normals; 1: the last step's; directions: 2 their signs, 3 they

layout(push_constant) uniform Push {
    uint rows;
    uint levels;        // of the batch
    uint all_levels;
    uint points;
    uint step;
    uint stream;
    uint seed_low;
    uint seed_high;
    uint hidden_below;  // a word below this hides the row's class
    uint stride;
    uint times;         // where the planes begin
    uint level;
    uint x;
    uint label;
    uint target;
    uint root_weight;
    uint skip;
    uint out_;
    uint spread;
    uint direction;
    uint first;         // row of this dispatch
    uint end;           // one past its last
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 1) readonly buffer Pool { float pool[]; };
layout(set = 0, binding = 2) readonly buffer Labels { uint labels[]; };
layout(set = 0, binding = 3) readonly buffer Levels { float levels[]; };

void main() {
    uint row = push.first + gl_GlobalInvocationID.x;
    if (row >= push.end) return;
    uvec2 seed = uvec2(push.seed_low, push.seed_high);
    uvec4 first = sf_philox4x32(uvec4(0u, 0u, push.step, push.stream), seed);
    uvec4 own = sf_philox4x32(uvec4(row, 0u, push.step, push.stream), seed);
    uint start = choose(first.z, push.all_levels);
    if (row < push.levels) {
        values[push.times + row] =
            levels[level_place(row, push.levels, push.all_levels, start) + LEVEL_C_NOISE];
    }
    uint level = (row * push.levels + choose(first.x, push.levels)) / push.rows;
    if (push.level != NOWHERE) values[push.level + row] = float(level);
    uint at = level_place(level, push.levels, push.all_levels, start);
    uint point = choose(own.y, push.points);
    if (CLASSES > 0) {
        uint label = own.w < push.hidden_below ? uint(CLASSES) : labels[point];
        for (uint k = 0u; k < CLASSES; ++k) values[push.label + k * push.stride + row] = k == label ? 1.0 : 0.0;
    }
    vec4 noise = sf_normal4(seed, row, 1u, push.step, push.stream);
    vec4 second = vec4(0.0);
    if (SECOND > 0) second = sf_normal4(seed, row, 2u, push.step, push.stream);
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        uint plane = uint(e) * push.stride + row;
        float x0 = pool[point * uint(DIM) + e];
        float state = levels[at + LEVEL_ALPHA] * x0 + levels[at + LEVEL_SIGMA] * noise[e];
        if (SECOND == 1) state = state + levels[at + LEVEL_SIGMA_STEP] * second[e];
        values[push.x + plane] = levels[at + LEVEL_C_IN] * state;
        if (WEIGHTED) values[push.root_weight + plane] = levels[at + LEVEL_ROOT_WEIGHT];
        if (IMPLICIT) {
            if (SKIPS) values[push.skip + plane] = levels[at + LEVEL_SKIP];
            values[push.out_ + plane] = levels[at + LEVEL_OUT];
            values[push.spread + plane] = levels[at + LEVEL_SPREAD];
            if (SECOND == 2) values[push.direction + plane] = second[e] < 0.0 ? -1.0 : 1.0;
            if (SECOND == 3) values[push.direction + plane] = second[e];
        } else {
            float target = levels[at + LEVEL_OF_DATA] * x0 + levels[at + LEVEL_OF_NOISE] * noise[e];
            if (SECOND == 1) target = target + levels[at + LEVEL_OF_STEP] * second[e];
            values[push.target + plane] = target;
        }
    }
}
