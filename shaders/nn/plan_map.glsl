// result(r, c) = result_of(r) in column c: one invocation per row along x, one column along y. Included by the shader of
// each operation that works element by element (src/nn/ops/NAME/NAME.comp), which defines result_of from a(row), b(row)
// and push.factor. Views as in plan_dense; an operand that is repeated along its rows has row = 0.
#include "shaders/nn/plan_map_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { PlanMapPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };

float at(MatrixView view, uint row) { return values[view.offset + row * view.row + gl_WorkGroupID.y * view.column]; }

float a(uint row) { return at(push.a, row); }
float b(uint row) { return at(push.b, row); }

float result_of(uint row);

void main() {
    uint row = gl_GlobalInvocationID.x;
    if (row >= push.rows) return;
    values[push.result.offset + row * push.result.row + gl_WorkGroupID.y * push.result.column] = result_of(row);
}
