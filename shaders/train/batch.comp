#version 460
// A training batch (train::BatchSource::draw): for each row a noise level, a point of the pool and a normal; from them
// x = alpha x0 + sigma e, the target of_data x0 + of_noise e and the level. One invocation per row.
//   values  the graph's: planes of x, target, level and, where a row says its time itself, c_noise
//   pool    (points, DIM) row-major
//   levels  c_noise, alpha, sigma, of_data, of_noise of each
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "base/random.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int DIM = 2;
layout(constant_id = 2) const bool TIMES = false;  // write c_noise instead of level

layout(push_constant) uniform Push {
    uint rows;
    uint levels;
    uint points;
    uint step;
    uint stream;
    uint seed_low;
    uint seed_high;
    uint x;  // where the first planes begin
    uint target;
    uint level;
    uint stride;
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 1) readonly buffer Pool { float pool[]; };
layout(set = 0, binding = 2) readonly buffer Levels { float levels[]; };

uint choose(uint word, uint count) {
    uint high;
    uint low;
    umulExtended(word, count, high, low);
    return high;
}

void main() {
    uint row = gl_GlobalInvocationID.x;
    if (row >= push.rows) return;
    uvec2 seed = uvec2(push.seed_low, push.seed_high);
    uint shift = choose(sf_philox4x32(uvec4(0u, 0u, push.step, push.stream), seed).x, push.levels);
    uint level = (row * push.levels + shift) / push.rows;
    uint point = choose(sf_philox4x32(uvec4(row, 0u, push.step, push.stream), seed).y, push.points);
    vec4 noise = sf_normal4(seed, row, 1u, push.step, push.stream);
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        float x0 = pool[point * uint(DIM) + e];
        values[push.x + e * push.stride + row] = levels[5u * level + 1u] * x0 + levels[5u * level + 2u] * noise[e];
        values[push.target + e * push.stride + row] =
            levels[5u * level + 3u] * x0 + levels[5u * level + 4u] * noise[e];
    }
    values[push.level + row] = TIMES ? levels[5u * level] : float(level);
}
