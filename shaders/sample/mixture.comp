#version 460
// The exact answer of a Gaussian mixture: the mean over components of offset + slope (x - mean), weighted by their
// densities at x. One invocation per particle; COUNT components per dispatch, staged in shared memory behind one
// barrier, every index into it constant after unrolling, so that software devices broadcast them. Nothing branches on
// the particle: lanes beyond the last particle work on padding.
//   rows    components, see mixture.glsl
//   values  registers of (DIM, stride) planes; the last dispatch writes dst
//   states  sums between dispatches, see softmax.glsl
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/mixture_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int DIM = 2;
layout(constant_id = 2) const int COUNT = 64;
layout(constant_id = 3) const int FIRST = 1;  // 1: no sums wait in states
layout(constant_id = 4) const int LAST = 1;   // 1: this is the answer

layout(push_constant) uniform Push { MixturePush push; };

layout(set = 0, binding = 0) readonly buffer Rows { float rows[]; };
layout(set = 0, binding = 1) buffer Values { float values[]; };
layout(set = 0, binding = 2) buffer States { float states[]; };

#include "sample/mixture.glsl"
#include "sample/softmax.glsl"

shared float r[COUNT * ROW];

void main() {
    for (uint i = gl_LocalInvocationIndex; i < COUNT * ROW; i += gl_WorkGroupSize.x) {
        r[i] = rows[push.place.term * ROW + i];
    }
    barrier();

    uint lane = gl_GlobalInvocationID.x;
    float x[DIM];
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        x[e] = values[(push.place.src * DIM + e) * push.place.stride + push.place.particle + lane];
    }

    Softmax mean = empty_softmax();
    [[unroll]] for (int first = 0; first < COUNT; first += GROUP) {
        float log[GROUP];
        float largest = 2.0 * LOWEST;
        [[unroll]] for (int i = 0; i < GROUP; ++i) {
            int k = first + i;
            if (k >= COUNT) break;
            float square = 0.0;
            [[unroll]] for (int j = 0; j < DIM; ++j) {
                float y = r[k * ROW + WHITEN + j * DIM] * (x[0] - r[k * ROW + MEAN]);
                [[unroll]] for (int e = 1; e < DIM; ++e) {
                    y = y + r[k * ROW + WHITEN + j * DIM + e] * (x[e] - r[k * ROW + MEAN + e]);
                }
                square = square + y * y;
            }
            log[i] = max(r[k * ROW + LOG] - square, LOWEST);
            largest = max(largest, log[i]);
        }
        raise(mean, largest);
        [[unroll]] for (int i = 0; i < GROUP; ++i) {
            int k = first + i;
            if (k >= COUNT) break;
            float weight = exp2(log[i] - mean.largest);
            mean.sum = mean.sum + weight;
            [[unroll]] for (int e = 0; e < DIM; ++e) {
                float answer = r[k * ROW + OFFSET + e];
                [[unroll]] for (int other = 0; other < DIM; ++other) {
                    answer = answer + r[k * ROW + slope_at(e, other)] * (x[other] - r[k * ROW + MEAN + other]);
                }
                mean.weighted[e] = mean.weighted[e] + weight * answer;
            }
        }
    }
    if (FIRST == 0) add_stored(mean, push.place.state_stride, lane);
    if (LAST == 1) {
        [[unroll]] for (int e = 0; e < DIM; ++e) {
            values[(push.place.dst * DIM + e) * push.place.stride + push.place.particle + lane] =
                mean.weighted[e] / mean.sum;
        }
    } else {
        store(mean, push.place.state_stride, lane);
    }
}
