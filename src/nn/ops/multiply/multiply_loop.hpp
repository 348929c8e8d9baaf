#pragma once

namespace scorefield::nn::elements {

static inline float multiply(float a, float b) {
    return a * b;
}

}  // namespace scorefield::nn::elements
