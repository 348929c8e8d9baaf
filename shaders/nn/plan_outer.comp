#version 460
// Parts of sums over the batch: part(chunk)(i, j) = sum over CHUNK rows r of a(r, i) b(r, j). One invocation per i
// along x, OUTPUT_BLOCK columns j per workgroup along y, one chunk of rows per workgroup along z. As plan_dense, with
// the rows of the chunk in the place of the inputs. Parts lie one after the other, each (i, j) row-major.
#extension GL_EXT_control_flow_attributes : require

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int CHUNK = 64;
layout(constant_id = 2) const int OUTPUT_BLOCK = 8;
layout(constant_id = 3) const int OUTPUTS = 8;  // accumulators at a time; divides OUTPUT_BLOCK

struct View {
    uint offset;
    uint row;
    uint column;
};
layout(push_constant) uniform Push {
    uint first;  // row of the batch
    uint end;    // one past the last
    uint left;   // columns of a
    uint right;  // columns of b
    uint parts;  // where they go
    View a;
    View b;
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };

shared float w[OUTPUT_BLOCK * CHUNK];

void main() {
    uint first = gl_WorkGroupID.y * OUTPUT_BLOCK;
    uint first_row = push.first + gl_WorkGroupID.z * CHUNK;
    for (uint i = gl_LocalInvocationIndex; i < OUTPUT_BLOCK * CHUNK; i += gl_WorkGroupSize.x) {
        uint row = first_row + i % CHUNK;
        uint column = min(first + i / CHUNK, push.right - 1u);
        float b = values[push.b.offset + min(row, push.end - 1u) * push.b.row + column * push.b.column];
        w[i] = row < push.end ? b : 0.0;
    }
    barrier();

    uint left = min(gl_GlobalInvocationID.x, push.left - 1u);
    float x[CHUNK];
    [[unroll]] for (int k = 0; k < CHUNK; ++k) {
        uint row = first_row + k;
        float a = values[push.a.offset + min(row, push.end - 1u) * push.a.row + left * push.a.column];
        x[k] = row < push.end ? a : 0.0;
    }
    uint part = push.parts + (gl_WorkGroupID.z * push.left + left) * push.right;
    [[unroll]] for (int g = 0; g < OUTPUT_BLOCK; g += OUTPUTS) {
        float sum[OUTPUTS];
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = 0.0;
        [[unroll]] for (int k = 0; k < CHUNK; ++k) {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = sum[j] + x[k] * w[(g + j) * CHUNK + k];
        }
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) {
            uint column = first + g + j;
            if (column < push.right) values[part + column] = sum[j];
        }
    }
}
