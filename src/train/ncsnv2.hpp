#pragma once

#include <cstddef>
#include <cstdint>

#include "data/points.hpp"

namespace scorefield::train {

/// The techniques of Song & Ermon 2020 that choose noise levels and steps from the data. Their third, s(x, σ) = s(x)/σ,
/// is the prediction epsilon; their fifth, averaged weights, is --train.ema.
struct Ncsnv2Proposal {
    double largest_sigma = 0;    ///< technique 1: the largest distance between two points
    double ratio = 0;            ///< technique 2: of neighbouring levels
    std::size_t levels = 0;      ///< from largest_sigma down to smallest_sigma
    double smallest_sigma = 0;   ///< as asked for
    std::size_t iterations = 0;  ///< technique 4: K, the least that comes within kVarianceExcess
    double step_size = 0;        ///< … and ε of steps x + (a/2)s + √a·z, a = ε σ²/smallest_sigma²
    double variance_ratio = 0;   ///< … of the particles after a level to what it should be
};

/// By how much of itself the variance after a level may be too large.
inline constexpr double kVarianceExcess = 0.05;

/// For data in the units of the network. Throws std::logic_error unless 0 < smallest_sigma < the largest distance.
Ncsnv2Proposal propose_ncsnv2(const data::Points& points, double smallest_sigma);

inline constexpr double kWidestRatio = 2;

/// Between two of the points; where there are more than 8 192, between two of every so manieth or of those that are
/// found by going from a point to the farthest from it, and so on: 1/√3 of it at least.
double largest_distance(const data::Points& points);

/// The γ > 1 at which half of the probability of neighbouring levels' shells in `dim` dimensions overlaps within three
/// deviations: Φ(√(2d)(γ−1) + 3γ) − Φ(√(2d)(γ−1) − 3γ) = ½ (Song & Ermon 2020, technique 2); at most kWidestRatio: in
/// few dimensions levels that far apart still overlap by more.
double geometric_ratio(std::size_t dim);

/// What the variance of a Gaussian of γσ becomes after `iterations` steps x + a·s + √(2a)·z with a = share·σ², over
/// σ² (Song & Ermon 2020, proposition 3).
double variance_ratio(double gamma, double share, std::size_t iterations);

}  // namespace scorefield::train
