#pragma once

#include "nn/ops/sine/sine_loop.hpp"

namespace scorefield::nn::elements {

static inline float cosine(float x) {
    return wave(x, 1);
}

}  // namespace scorefield::nn::elements
