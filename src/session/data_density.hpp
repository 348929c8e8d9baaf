#pragma once

#include <memory>
#include <vector>

#include "data/points.hpp"
#include "diffusion/process.hpp"
#include "render/contours.hpp"

namespace scorefield::session {

/// A density on a grid, and the log density above which given shares of the probability lie.
struct DensityGrid {
    render::ScalarGrid log_density;
    std::vector<double> thresholds;  ///< by share of the probability, in the order of kEnclosedShares
};

/// Contour lines enclose these shares of the probability: regions of highest density.
inline constexpr std::array<double, 4> kEnclosedShares = {0.5, 0.8, 0.95, 0.99};

/// The density that data points have under noise: a kernel estimate on a grid around all of them. Immutable.
class DataDensity {
  public:
    /// `points` are two-dimensional.
    explicit DataDensity(data::Points points);

    /// Of x = alpha·x_0 + sigma·ε. The kernel's variance is σ² plus that of Silverman's rule for one point in ten.
    DensityGrid at(const diffusion::Marginal& marginal) const;

  private:
    data::Points points_;
    render::Bounds bounds_;
    double deviation_ = 1;  ///< of a coordinate, on average
};

}  // namespace scorefield::session
