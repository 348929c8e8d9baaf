#pragma once

#include "nn/ops/sigmoid/sigmoid_loop.hpp"

namespace scorefield::nn::elements {

/// Within 1e-6 of the exact value, absolute or relative to it, whichever is larger.
static inline float silu(float x) {
    return x * sigmoid(x);
}

}  // namespace scorefield::nn::elements
