#version 460
// Components of a Gaussian mixture under one marginal: one invocation each; those beyond the last repeat it.
//   components  per component: log2 weight, mean mu, eigenvalues of the covariance, eigenvectors (rows), floats
//   rows        see mixture.glsl
// The evaluation answers of_denoised D + of_score s. Of one component D = mu + sum_j u_j (alpha lambda_j/v_j) o_j and
// s = -sum_j u_j o_j/v_j, with o = x - alpha mu along the axes u_j and v_j = alpha^2 lambda_j + sigma^2.
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/mixture_prepare_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int DIM = 2;
#include "sample/mixture.glsl"
const int COMPONENT = 1 + 2 * DIM + DIM * DIM;

layout(push_constant) uniform Push { MixturePreparePush push; };

layout(set = 0, binding = 0) readonly buffer Components { float components[]; };
layout(set = 0, binding = 1) writeonly buffer Rows { float rows[]; };

const float WHITEN_TO_LOG2 = 0.84932180028801907;  // sqrt(log2(e)/2)
const float SMALLEST_VARIANCE = 1e-24;

void main() {
    uint k = min(gl_GlobalInvocationID.x, push.count - 1u);
    uint from = k * uint(COMPONENT);
    uint to = k * uint(ROW);
    float log_density = components[from];
    float slopes[DIM];
    for (int j = 0; j < DIM; ++j) {
        float lambda = components[from + 1 + DIM + j];
        float v = max(push.alpha * push.alpha * lambda + push.sigma * push.sigma, SMALLEST_VARIANCE);
        log_density -= 0.5 * log2(v * push.scale);
        slopes[j] = (push.of_denoised * push.alpha * lambda - push.of_score) / v;
        float whiten = WHITEN_TO_LOG2 * inversesqrt(v);
        for (int e = 0; e < DIM; ++e) {
            rows[to + WHITEN + j * DIM + e] = whiten * components[from + 1 + 2 * DIM + j * DIM + e];
        }
    }
    rows[to + LOG] = log_density;
    for (int e = 0; e < DIM; ++e) {
        float mu = components[from + 1 + e];
        rows[to + MEAN + e] = push.alpha * mu;
        rows[to + OFFSET + e] = push.of_denoised * mu;
        for (int other = 0; other <= e; ++other) {
            float slope = 0.0;
            for (int j = 0; j < DIM; ++j) {
                uint axis = from + 1 + 2 * DIM + j * DIM;
                slope += slopes[j] * components[axis + e] * components[axis + other];
            }
            rows[to + slope_at(e, other)] = slope;
        }
    }
}
