#pragma once

#include "nn/exponential.hpp"

namespace scorefield::nn::elements {

/// sin(x + quarters·π/2) within 1e-6 for |x| ≤ 8192: x = n π/2 + r in three parts of π/2, Cephes' polynomials on
/// |r| ≤ π/4.
static inline float wave(float x, int quarters) {
    const float n = (x * 0.636619772F + kRound) - kRound;
    const float r = ((x - n * 1.5703125F) - n * 4.83751296997e-4F) - n * 7.54978995489e-8F;
    const int quadrant = static_cast<int>(n) + quarters;
    const float z = r * r;
    const float odd = ((-1.9515295891e-4F * z + 8.3321608736e-3F) * z - 1.6666654611e-1F) * z * r + r;
    const float even =
        ((2.443315711809948e-5F * z - 1.388731625493765e-3F) * z + 4.166664568298827e-2F) * z * z - 0.5F * z + 1.0F;
    const float value = (quadrant & 1) != 0 ? even : odd;
    return (quadrant & 2) != 0 ? -value : value;
}

static inline float sine(float x) {
    return wave(x, 0);
}

}  // namespace scorefield::nn::elements
