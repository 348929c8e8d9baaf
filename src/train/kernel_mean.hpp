#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "data/points.hpp"

namespace scorefield::train {

/// The denoiser of a set of points, E[x_0 | x] = Σ w_i x_i with w = softmax(−‖x − αx_i‖²/2σ²), in single precision:
/// what explicit score matching learns from. Usable from several threads at once.
class KernelMean {
  public:
    KernelMean() = default;
    /// `points` must not be empty.
    explicit KernelMean(const data::Points& points) : dim_(points.dim), planes_(data::to_planes(points.values, dim_)) {}

    /// Computes `mean` (dim) at x. Requires sigma > 0.
    void at(std::span<const double> x, double alpha, double sigma, std::span<double> mean) const;

  private:
    std::size_t dim_ = 0;
    std::vector<float> planes_;  ///< (dim, count)
};

}  // namespace scorefield::train
