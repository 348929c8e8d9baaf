#version 460
// out(r, c) = sum over k of a(r, k) b(k, c) [+ addend(r, c)], then an epilogue. One invocation per row along x,
// OUTPUT_BLOCK columns per workgroup along y. Every matrix is a view of one buffer: element (r, c) lies at offset +
// r*row + c*column. b is staged behind one barrier; every index into shared memory is constant after unrolling, so
// that software devices broadcast it. Lanes beyond the last row repeat it.
#extension GL_EXT_control_flow_attributes : require

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int INPUTS = 64;
layout(constant_id = 2) const int OUTPUT_BLOCK = 8;
layout(constant_id = 3) const int OUTPUTS = 8;   // accumulators at a time; divides OUTPUT_BLOCK
layout(constant_id = 4) const int ADDEND = 0;    // 1: of its own row; 2: of the row that `level` says
layout(constant_id = 5) const int EPILOGUE = 0;  // 1: silu of the result into `other`; 2: times silu'(other)

struct View {
    uint offset;
    uint row;
    uint column;
};
layout(push_constant) uniform Push {
    uint rows;
    uint columns;
    View a;
    View b;
    View addend;
    View result;
    View other;
    View level;
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };

shared float w[OUTPUT_BLOCK * INPUTS];

void main() {
    uint first = gl_WorkGroupID.y * OUTPUT_BLOCK;
    for (uint i = gl_LocalInvocationIndex; i < OUTPUT_BLOCK * INPUTS; i += gl_WorkGroupSize.x) {
        uint column = min(first + i / INPUTS, push.columns - 1u);
        w[i] = values[push.b.offset + (i % INPUTS) * push.b.row + column * push.b.column];
    }
    barrier();

    uint row = min(gl_GlobalInvocationID.x, push.rows - 1u);
    float x[INPUTS];
    [[unroll]] for (int k = 0; k < INPUTS; ++k) {
        x[k] = values[push.a.offset + row * push.a.row + k * push.a.column];
    }
    uint addend = push.addend.offset;
    if (ADDEND == 1) addend += row * push.addend.row;
    if (ADDEND == 2) addend += uint(values[push.level.offset + row * push.level.row]) * push.addend.row;
    [[unroll]] for (int g = 0; g < OUTPUT_BLOCK; g += OUTPUTS) {
        float sum[OUTPUTS];
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) {
            uint column = min(first + g + j, push.columns - 1u);
            sum[j] = ADDEND == 0 ? 0.0 : values[addend + column * push.addend.column];
        }
        [[unroll]] for (int k = 0; k < INPUTS; ++k) {
            [[unroll]] for (int j = 0; j < OUTPUTS; ++j) sum[j] = sum[j] + x[k] * w[(g + j) * INPUTS + k];
        }
        [[unroll]] for (int j = 0; j < OUTPUTS; ++j) {
            uint column = first + g + j;
            if (column < push.columns) {
                uint other = push.other.offset + row * push.other.row + column * push.other.column;
                float result = sum[j];
                if (EPILOGUE == 2) {
                    float z = values[other];
                    float s = 1.0 / (1.0 + exp(-z));
                    result = result * (s * (1.0 + z * (1.0 - s)));
                }
                values[push.result.offset + row * push.result.row + column * push.result.column] = result;
                if (EPILOGUE == 1) values[other] = result / (1.0 + exp(-result));
            }
        }
    }
}
