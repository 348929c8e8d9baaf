#version 460
// result(l, c) = sum of a(r, c) over the rows r of level l, which lie together: bounds(l) ... bounds(l + 1) - 1. One
// invocation per column along x, one level along y.
layout(local_size_x_id = 0) in;

struct View {
    uint offset;
    uint row;
    uint column;
};
layout(push_constant) uniform Push {
    uint columns;
    uint bounds;
    View a;
    View result;
} push;

layout(set = 0, binding = 0) buffer Values { float values[]; };

void main() {
    uint column = min(gl_GlobalInvocationID.x, push.columns - 1u);
    uint end = uint(values[push.bounds + gl_WorkGroupID.y + 1u]);
    float sum = 0.0;
    for (uint row = uint(values[push.bounds + gl_WorkGroupID.y]); row < end; ++row) {
        sum = sum + values[push.a.offset + row * push.a.row + column * push.a.column];
    }
    values[push.result.offset + gl_WorkGroupID.y * push.result.row + column * push.result.column] = sum;
}
