#pragma once

namespace scorefield::nn::elements {

static inline float add(float a, float b) {
    return a + b;
}

}  // namespace scorefield::nn::elements
