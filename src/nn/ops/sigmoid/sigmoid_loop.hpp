#pragma once

#include "nn/exponential.hpp"

namespace scorefield::nn::elements {

/// Within 1e-6 of the exact value.
static inline float sigmoid(float x) {
    const float e = exponential(x < 0.0F ? x : -x);
    const float s = 1.0F / (1.0F + e);
    return x < 0.0F ? e * s : s;
}

}  // namespace scorefield::nn::elements
