#pragma once

#include <cmath>
#include <numbers>

namespace scorefield::train {

/// Φ(x) of the standard normal distribution.
inline double normal_probability(double x) {
    return std::erfc(-x / std::numbers::sqrt2) / 2;
}

}  // namespace scorefield::train
