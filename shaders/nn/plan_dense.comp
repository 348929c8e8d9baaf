#version 460
// out(r, c) = sum over k of a(r, k) b(k, c) [+ addend(r, c)], then an epilogue. One invocation per row along x,
// OUTPUT_BLOCK columns per workgroup along y. Every matrix is a view of one buffer: element (r, c) lies at offset +
// r*row + c*column. b is staged behind one barrier; every index into shared memory is constant after unrolling, so
// that software devices broadcast it. What lies four by four is read and written so: an access costs software devices
// the same whatever its width. Lanes beyond the last row repeat it, columns beyond the last ones repeat those: so what
// is read must lie apart from what is written. (Returning early instead takes lavapipe minutes to compile.)
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_dense_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int INPUTS = 64;
layout(constant_id = 2) const int OUTPUT_BLOCK = 8;
layout(constant_id = 3) const int OUTPUTS = 8;   // accumulators at a time; divides OUTPUT_BLOCK
layout(constant_id = 4) const int ADDEND = 0;    // 1: of its own row; 2: of the row that `level` says
layout(constant_id = 5) const int EPILOGUE = 0;  // 1: silu of the result into `other`; 2: times silu'(other)
layout(constant_id = 6) const bool VECTOR_A = false;    // four inputs of a row lie together
layout(constant_id = 7) const int VECTOR_B = 0;         // 1: four inputs of a column lie together; 2: four columns
layout(constant_id = 8) const bool VECTOR_OUT = false;  // four columns of addend, result and other lie together

layout(push_constant) uniform Push { PlanDensePush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };
layout(set = 0, binding = 0) buffer Vectors { vec4 vectors[]; };

// b by column and four inputs; with VECTOR_B = 2 by input and four columns. Inputs beyond the last one are zero.
const int QUADS = VECTOR_B == 2 ? OUTPUT_BLOCK / 4 : (INPUTS + 3) / 4;
const int LINES = VECTOR_B == 2 ? INPUTS : OUTPUT_BLOCK;
shared vec4 w[LINES * QUADS];

uint column_at(uint c) {
    uint column = gl_WorkGroupID.y * OUTPUT_BLOCK + c;
    return VECTOR_OUT ? min(column & ~3u, push.columns - 4u) + (c & 3u) : min(column, push.columns - 1u);
}

float b_at(uint k, uint column) {
    return k < INPUTS ? values[push.b.offset + k * push.b.row + column * push.b.column] : 0.0;
}

vec4 staged(uint line, uint quad) {
    if (VECTOR_B == 2) return vectors[(push.b.offset + line * push.b.row + column_at(4u * quad)) / 4u];
    uint column = column_at(line);
    if (VECTOR_B == 1) return vectors[(push.b.offset + 4u * quad + column * push.b.column) / 4u];
    return vec4(b_at(4u * quad, column), b_at(4u * quad + 1u, column), b_at(4u * quad + 2u, column),
                b_at(4u * quad + 3u, column));
}

float weight(int k, int c) {
    return VECTOR_B == 2 ? w[k * QUADS + c / 4][c % 4] : w[c * QUADS + k / 4][k % 4];
}

vec4 sigmoid(vec4 x) { return 1.0 / (1.0 + exp(-x)); }
float sigmoid(float x) { return 1.0 / (1.0 + exp(-x)); }

void finish(uint row, uint column, vec4 sum) {
    uint other = (push.other.offset + row * push.other.row + column) / 4u;
    if (EPILOGUE == 2) {
        vec4 z = vectors[other];
        vec4 s = sigmoid(z);
        sum = sum * (s * (1.0 + z * (1.0 - s)));
    }
    vectors[(push.result.offset + row * push.result.row + column) / 4u] = sum;
    if (EPILOGUE == 1) vectors[other] = sum * sigmoid(sum);
}

void finish(uint row, uint column, float sum) {
    uint other = push.other.offset + row * push.other.row + column * push.other.column;
    if (EPILOGUE == 2) {
        float z = values[other];
        float s = sigmoid(z);
        sum = sum * (s * (1.0 + z * (1.0 - s)));
    }
    values[push.result.offset + row * push.result.row + column * push.result.column] = sum;
    if (EPILOGUE == 1) values[other] = sum * sigmoid(sum);
}

void main() {
    for (uint i = gl_LocalInvocationIndex; i < LINES * QUADS; i += gl_WorkGroupSize.x) {
        w[i] = staged(i / QUADS, i % QUADS);
    }
    barrier();

    uint row = min(gl_GlobalInvocationID.x, push.rows - 1u);
    float x[INPUTS];
    if (VECTOR_A) {
        [[unroll]] for (int k = 0; k < INPUTS; k += 4) {
            vec4 four = vectors[(push.a.offset + row * push.a.row + k) / 4u];
            [[unroll]] for (int e = 0; e < 4; ++e) x[k + e] = four[e];
        }
    } else {
        [[unroll]] for (int k = 0; k < INPUTS; ++k) {
            x[k] = values[push.a.offset + row * push.a.row + k * push.a.column];
        }
    }
    uint addend = push.addend.offset;
    if (ADDEND == 1) addend += row * push.addend.row;
    if (ADDEND == 2) addend += uint(values[push.level.offset + row * push.level.row]) * push.addend.row;
    [[unroll]] for (int g = 0; g < OUTPUT_BLOCK; g += OUTPUTS) {
        memoryBarrierShared();  // for faster creation of the pipeline, see mlp_stage.glsl
        float sum[OUTPUTS];
        if (ADDEND != 0 && VECTOR_OUT) {
            [[unroll]] for (int j = 0; j < OUTPUTS; j += 4) {
                vec4 four = vectors[(addend + column_at(g + j)) / 4u];
                [[unroll]] for (int e = 0; e < 4; ++e) sum[j + e] = four[e];
            }
        } else {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) {
                sum[j] = ADDEND == 0 ? 0.0 : values[addend + column_at(g + j) * push.addend.column];
            }
        }
        [[unroll]] for (int k = 0; k < INPUTS; ++k) {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = sum[j] + x[k] * weight(k, g + j);
        }
        if (VECTOR_OUT) {
            [[unroll]] for (int j = 0; j < OUTPUTS; j += 4) {
                finish(row, column_at(g + j), vec4(sum[j], sum[j + 1], sum[j + 2], sum[j + 3]));
            }
        } else {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) finish(row, column_at(g + j), sum[j]);
        }
    }
}
