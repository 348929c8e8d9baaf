#version 460
// Parts of sums over the batch: part(chunk)(i, j) = sum over CHUNK rows r of a(r, i) b(r, j). One invocation per i
// along x, OUTPUT_BLOCK columns j per workgroup along y, one chunk of rows per workgroup along z. As plan_dense, with
// the rows of the chunk in the place of the inputs. Parts lie one after the other, each (i, j) row-major.
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_outer_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int CHUNK = 64;
layout(constant_id = 2) const int OUTPUT_BLOCK = 8;
layout(constant_id = 3) const int OUTPUTS = 8;        // accumulators at a time; divides OUTPUT_BLOCK
layout(constant_id = 4) const bool VECTORS = false;  // four columns of b lie together

layout(push_constant) uniform Push { PlanOuterPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 0) buffer Vectors { vec4 vectors[]; };

const int QUADS = (OUTPUT_BLOCK + 3) / 4;
shared vec4 w[CHUNK * QUADS];  // by row and four columns

uint column_at(uint j) {
    uint column = gl_WorkGroupID.y * OUTPUT_BLOCK + j;
    return VECTORS ? min(column & ~3u, push.right - 4u) + (j & 3u) : min(column, push.right - 1u);
}

vec4 staged(uint row, uint quad) {
    uint b = push.b.offset + min(row, push.end - 1u) * push.b.row;
    vec4 four;
    if (VECTORS) {
        four = vectors[(b + column_at(4u * quad)) / 4u];
    } else {
        [[unroll]] for (int e = 0; e < 4; ++e) four[e] = values[b + column_at(4u * quad + e) * push.b.column];
    }
    return row < push.end ? four : vec4(0.0);
}

void main() {
    uint first_row = push.first + gl_WorkGroupID.z * CHUNK;
    for (uint i = gl_LocalInvocationIndex; i < CHUNK * QUADS; i += gl_WorkGroupSize.x) {
        w[i] = staged(first_row + i / QUADS, i % QUADS);
    }
    barrier();

    uint left = min(gl_GlobalInvocationID.x, push.left - 1u);
    float x[CHUNK];
    [[unroll]] for (int k = 0; k < CHUNK; ++k) {
        x[k] = values[push.a.offset + min(first_row + k, push.end - 1u) * push.a.row + left * push.a.column];
    }
    uint part = push.parts + (gl_WorkGroupID.z * push.left + left) * push.right;
    [[unroll]] for (int g = 0; g < OUTPUT_BLOCK; g += OUTPUTS) {
        memoryBarrierShared();  // for faster creation of the pipeline, see mlp_stage.glsl
        float sum[OUTPUTS];
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = 0.0;
        [[unroll]] for (int k = 0; k < CHUNK; ++k) {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) {
                sum[j] = sum[j] + x[k] * w[k * QUADS + (g + j) / 4][(g + j) % 4];
            }
        }
        if (VECTORS) {
            [[unroll]] for (int j = 0; j < OUTPUTS; j += 4) {
                vectors[(part + column_at(g + j)) / 4u] = vec4(sum[j], sum[j + 1], sum[j + 2], sum[j + 3]);
            }
        } else {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) values[part + column_at(g + j)] = sum[j];
        }
    }
}
