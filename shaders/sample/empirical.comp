#version 460
// The exact answer of a data set: x_0 estimated by the mean of the data points x_i, weighted by
// exp(-|x - alpha x_i|^2 / 2 sigma^2). One invocation per particle; COUNT points per dispatch, staged in shared memory
// behind one barrier, every index into it constant after unrolling, so that software devices broadcast them. Nothing
// branches on the particle: lanes beyond the last particle work on padding.
//   points  data, DIM floats each, unscaled
//   values  registers of (DIM, stride) planes; the last dispatch writes dst = of_denoised D + of_offset (x - alpha D)
//   states  sums between dispatches, see softmax.glsl
// All differences are taken from p, the point of the ball around the data that is nearest to x/alpha (x/alpha itself
// inside it): with y = x - alpha p and e = x_i - p the exponent is, but for |y|^2/2 sigma^2, which all points share,
// (2 alpha y - alpha^2 e)e / 2 sigma^2. Inside the ball that is the distance itself; far outside nothing large cancels.
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/empirical_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int DIM = 2;
layout(constant_id = 2) const int COUNT = 64;
layout(constant_id = 3) const int FIRST = 1;  // 1: no sums wait in states
layout(constant_id = 4) const int LAST = 1;   // 1: this is the answer

layout(push_constant) uniform Push { EmpiricalPush push; };

layout(set = 0, binding = 0) readonly buffer Points { float points[]; };
layout(set = 0, binding = 1) buffer Values { float values[]; };
layout(set = 0, binding = 2) buffer States { float states[]; };

#include "sample/softmax.glsl"

shared float r[COUNT * DIM];

void main() {
    for (uint i = gl_LocalInvocationIndex; i < COUNT * DIM; i += gl_WorkGroupSize.x) {
        r[i] = points[push.place.term * DIM + i];
    }
    barrier();

    uint lane = gl_GlobalInvocationID.x;
    float p[DIM];
    float y[DIM];
    float slope[DIM];
    float square = 0.0;
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        float x = values[(push.place.src * DIM + e) * push.place.stride + push.place.particle + lane];
        y[e] = x;
        p[e] = x - push.alpha * push.centre[e];
        square = square + p[e] * p[e];
    }
    float shrink = 1.0 / max(max(push.alpha, sqrt(square) * push.inverse_radius), 1e-30);
    [[unroll]] for (int e = 0; e < DIM; ++e) {
        p[e] = push.centre[e] + p[e] * shrink;
        y[e] = y[e] - push.alpha * p[e];
        slope[e] = push.linear * y[e];
    }

    Softmax mean = empty_softmax();
    [[unroll]] for (int first = 0; first < COUNT; first += GROUP) {
        float log[GROUP];
        float largest = 2.0 * LOWEST;
        [[unroll]] for (int i = 0; i < GROUP; ++i) {
            int k = first + i;
            if (k >= COUNT) break;
            float exponent = 0.0;
            [[unroll]] for (int e = 0; e < DIM; ++e) {
                float shift = r[k * DIM + e] - p[e];
                exponent = exponent + shift * (slope[e] - push.quadratic * shift);
            }
            log[i] = max(exponent, LOWEST);
            largest = max(largest, log[i]);
        }
        raise(mean, largest);
        [[unroll]] for (int i = 0; i < GROUP; ++i) {
            int k = first + i;
            if (k >= COUNT) break;
            float weight = exp2(log[i] - mean.largest);
            mean.sum = mean.sum + weight;
            [[unroll]] for (int e = 0; e < DIM; ++e) {
                mean.weighted[e] = mean.weighted[e] + weight * (r[k * DIM + e] - p[e]);
            }
        }
    }
    if (FIRST == 0) add_stored(mean, push.place.state_stride, lane);
    if (LAST == 1) {
        [[unroll]] for (int e = 0; e < DIM; ++e) {
            float shift = mean.weighted[e] / mean.sum;
            float answer = push.of_denoised * (p[e] + shift) + push.of_offset * (y[e] - push.alpha * shift);
            values[(push.place.dst * DIM + e) * push.place.stride + push.place.particle + lane] = answer;
        }
    } else {
        store(mean, push.place.state_stride, lane);
    }
}
