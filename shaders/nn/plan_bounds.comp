#version 460
// bounds(l) = the first row whose level is at least l, for l = 0 ... levels: the rows' levels never decrease, so that
// halving finds it. One invocation per bound.
#extension GL_GOOGLE_include_directive : require
#include "shaders/nn/plan_bounds_push.h"

layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push { PlanBoundsPush push; };

layout(set = 0, binding = 0) buffer Values { float values[]; };

void main() {
    uint bound = min(gl_GlobalInvocationID.x, push.count - 1u);
    uint low = 0u;
    uint high = push.rows;
    while (low < high) {
        uint middle = (low + high) / 2u;
        bool before = values[push.level + middle * push.level_row] < float(bound);
        low = before ? middle + 1u : low;
        high = before ? high : middle;
    }
    values[push.bounds + bound] = float(low);
}
