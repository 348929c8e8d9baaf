#pragma once

#include "nn/ops/sigmoid/sigmoid_loop.hpp"

namespace scorefield::nn::elements {

/// Within 1e-6 of the exact value.
static inline float silu_derivative(float x) {
    const float s = sigmoid(x);
    return s * (1.0F + x * (1.0F - s));
}

}  // namespace scorefield::nn::elements
