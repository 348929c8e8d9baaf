#version 460
// result(r, c) = f(a(r, c), b(r, c)), element by element: one invocation per row along x, one column along y. Views as
// in plan_dense; an operand that is repeated along its rows has row = 0.
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_map_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int OPERATION = 0;

layout(push_constant) uniform Push { PlanMapPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };

float at(MatrixView view, uint row) { return values[view.offset + row * view.row + gl_WorkGroupID.y * view.column]; }

float sigmoid(float x) { return 1.0 / (1.0 + exp(-x)); }

// sin(x + quarters*pi/2) for |x| up to about 10^4: the nearest multiple of pi/2 in three parts whose products are exact,
// then minimax polynomials of Cephes on [-pi/4, pi/4]. Vulkan promises nothing of its own sine beyond [-pi, pi].
float sine(float x, int quarters) {
    precise float n = floor(x * 0.636619772 + 0.5);
    precise float r = x - n * 1.5703125;
    r = r - n * 4.837512969970703e-4;
    r = r - n * 7.549789948768648e-8;
    float z = r * r;
    float odd = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
    float even =
        ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
    int quadrant = (int(n) + quarters) & 3;
    float result = (quadrant & 1) != 0 ? even : odd;
    return quadrant >= 2 ? -result : result;
}

float apply(uint row) {
    if (OPERATION == 9) return at(push.a, uint(values[push.b.offset + row * push.b.row]));
    float x = at(push.a, row);
    if (OPERATION == 1) return x + at(push.b, row);
    if (OPERATION == 2) return x * at(push.b, row);
    if (OPERATION == 3) return push.factor * x;
    if (OPERATION == 4) return sigmoid(x);
    if (OPERATION == 5) return x * sigmoid(x);
    if (OPERATION == 6) {
        float s = sigmoid(x);
        return s * (1.0 + x * (1.0 - s));
    }
    if (OPERATION == 7) return sine(x, 0);
    if (OPERATION == 8) return sine(x, 1);
    return x;
}

void main() {
    uint row = gl_GlobalInvocationID.x;
    if (row >= push.rows) return;
    values[push.result.offset + row * push.result.row + gl_WorkGroupID.y * push.result.column] = apply(row);
}
