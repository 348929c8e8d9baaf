#version 460
// result(l, c) = sum of a(r, c) over the rows r of level l. The levels of the rows never decrease, so that the rows of
// one lie together: two searches by halving find them. One invocation per column along x, one level along y.
layout(local_size_x_id = 0) in;

struct View {
    uint offset;
    uint row;
    uint column;
};
layout(push_constant) uniform Push {
    uint rows;
    uint columns;
    View a;
    View level;
    View result;
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };

// The first row whose level is at least `level`.
uint first_row(float level) {
    uint low = 0u;
    uint high = push.rows;
    while (low < high) {
        uint middle = (low + high) / 2u;
        bool before = values[push.level.offset + middle * push.level.row] < level;
        low = before ? middle + 1u : low;
        high = before ? high : middle;
    }
    return low;
}

void main() {
    uint column = min(gl_GlobalInvocationID.x, push.columns - 1u);
    uint end = first_row(float(gl_WorkGroupID.y + 1u));
    float sum = 0.0;
    for (uint row = first_row(float(gl_WorkGroupID.y)); row < end; ++row) {
        sum = sum + values[push.a.offset + row * push.a.row + column * push.a.column];
    }
    values[push.result.offset + gl_WorkGroupID.y * push.result.row + column * push.result.column] = sum;
}
