#pragma once

#include <array>
#include <cstdint>
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
    /// What the points stand for: draws of a smooth density, whose kernel has some width without noise too, or
    /// themselves.
    enum class Kind : std::uint8_t { draws, exact };

    /// `points` are two-dimensional.
    DataDensity(data::Points points, Kind kind);

    /// Density of x = alpha·x_0 + sigma·ε. The kernel variance is σ²; for draws, plus the variance of Silverman's rule
    /// for a thousand times as many points. The kernel is at least 0.3 cells of the grid wide.
    DensityGrid at(const diffusion::Marginal& marginal) const;

  private:
    data::Points points_;
    Kind kind_;
    render::Bounds bounds_;
    double deviation_ = 1;  ///< of a coordinate, on average
};

}  // namespace scorefield::session
