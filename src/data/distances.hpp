#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/points.hpp"

namespace scorefield::data {

// Distances between two sets of points of the same dimension d = 1 … kMaxDim. Any sizes ≥ 1. All are deterministic and
// throw base::Error (request) for empty sets, different or other dimensions and values that are not finite.

/// Sliced Wasserstein-2 distance: root mean square of the differences of 2 000 quantiles along 512 fixed directions
/// (d = 1: the axis; d = 2: evenly over half a turn; d = 3: a Fibonacci half sphere; d > 3: random). Quantiles (i +
/// ½)/2000 interpolate linearly between order statistics.
double sliced_w2(const Points& a, const Points& b);

/// What sliced_w2 takes of a set, 8 MB in the plane: for sets that are compared with several others.
class SlicedQuantiles {
  public:
    /// Throws as sliced_w2, naming `which` set.
    explicit SlicedQuantiles(const Points& points, const std::string& which = "first");

    /// The distance of two sets of the same dimension: the same as from their points.
    friend double sliced_w2(const SlicedQuantiles& a, const SlicedQuantiles& b);

  private:
    std::size_t directions_;
    std::vector<double> values_;  ///< (directions, quantiles)
};

double sliced_w2(const SlicedQuantiles& a, const SlicedQuantiles& b);

/// Sets larger than this enter the pairwise distances below by this many of their points, taken at even strides.
inline constexpr std::size_t kPairwisePoints = 4096;

/// Energy distance (Székely & Rizzo 2013): √(2E‖X−Y‖ − E‖X−X'‖ − E‖Y−Y'‖), each mean over all pairs.
double energy_distance(const Points& a, const Points& b);

/// Maximum mean discrepancy (Gretton et al. 2012), the root of the biased estimate, with a mixture of five Gaussian
/// kernels whose bandwidths are ¼, ½, 1, 2 and 4 times the root mean square distance within b.
double mmd(const Points& a, const Points& b);

}  // namespace scorefield::data
