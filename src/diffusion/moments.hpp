#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// Mean and variance of every coordinate.
struct AxisMoments {
    std::vector<double> mean;      ///< (d)
    std::vector<double> variance;  ///< (d)

    bool operator==(const AxisMoments&) const = default;
};

/// Those of alpha·x_0 + sigma·ε where x_0 has `clean`, whatever its distribution.
AxisMoments marginal_moments(AxisMoments clean, const Marginal& at);

/// Those of points (n, dim), row-major, n ≥ 1; variances divided by n.
AxisMoments moments_of(std::span<const float> points, std::size_t dim);

}  // namespace scorefield::diffusion
