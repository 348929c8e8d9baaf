#version 460
// Prepares the components of a Gaussian mixture of many dimensions under one marginal. Each invocation loops over
// elements of `whiten` and `slope`. The first element of a row also computes the element of `mean` and `offset`; the
// first element of a component also computes its `log`. mixture_prepare.comp gives their meaning.
//   components  per component: log2 weight, mean mu, eigenvalues of the covariance, eigenvectors (rows; absent if
//               DIAGONAL is set)
//   rows        see wide_mixture.glsl
#extension GL_GOOGLE_include_directive : require
#include "shaders/sample/mixture_prepare_push.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint DIM = 4;
layout(constant_id = 2) const bool DIAGONAL = false;

#include "sample/wide_mixture.glsl"

const uint COMPONENT = 1u + 2u * DIM + (DIAGONAL ? 0u : DIM * DIM);

layout(push_constant) uniform Push { MixturePreparePush push; };

layout(set = 0, binding = 0) readonly buffer Components { float components[]; };
layout(set = 0, binding = 1) writeonly buffer Rows { float rows[]; };

const float WHITEN_TO_LOG2 = 0.84932180028801907;  // sqrt(log2(e)/2)
const float SMALLEST_VARIANCE = 1e-24;

// Variance along axis j under the marginal, for the component at `from`.
float variance(uint from, uint j) {
    float lambda = components[from + 1u + DIM + j];
    return max(push.alpha * push.alpha * lambda + push.sigma * push.sigma, SMALLEST_VARIANCE);
}

// Change of the result per unit of x - mean along axis j.
float slope_along(uint from, uint j) {
    float lambda = components[from + 1u + DIM + j];
    return (push.of_denoised * push.alpha * lambda - push.of_score) / variance(from, j);
}

float log_density(uint from) {
    float sum = components[from];
    for (uint j = 0u; j < DIM; ++j) sum -= 0.5 * log2(variance(from, j) * push.scale);
    return sum;
}

void main() {
    const uint elements = DIM * COLUMNS;
    for (uint i = gl_GlobalInvocationID.x; i < push.count * elements; i += gl_NumWorkGroups.x * gl_WorkGroupSize.x) {
        uint k = i / elements;
        uint e = i % elements / COLUMNS;
        uint other = i % COLUMNS;
        uint from = k * COMPONENT;
        uint to = k * ROW;
        uint axes = from + 1u + 2u * DIM;
        float whiten = WHITEN_TO_LOG2 * inversesqrt(variance(from, e));
        float slope = 0.0;
        if (DIAGONAL) {
            slope = slope_along(from, e);
        } else {
            whiten = whiten * components[axes + e * DIM + other];
            for (uint j = 0u; j < DIM; ++j) {
                slope += slope_along(from, j) * components[axes + j * DIM + e] * components[axes + j * DIM + other];
            }
        }
        rows[to + WHITEN + e * COLUMNS + other] = whiten;
        rows[to + SLOPE + e * COLUMNS + other] = slope;
        if (other == 0u) {
            float mu = components[from + 1u + e];
            rows[to + MEAN + e] = push.alpha * mu;
            rows[to + OFFSET + e] = push.of_denoised * mu;
        }
        if (e == 0u && other == 0u) rows[to + LOG] = log_density(from);
    }
}
