#pragma once

#include "nn/kernels.hpp"

namespace scorefield::nn::elements {

static inline float scale(float a, Factor factor) {
    return factor.value * a;
}

}  // namespace scorefield::nn::elements
