#pragma once

#include <span>
#include <vector>

#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// Levels of the dyadic tree that are always told apart: points of the clock that are 2^−kBrownianDepth apart or more
/// lie on one path whatever other points there are.
inline constexpr int kBrownianDepth = 12;
inline constexpr int kMaxBrownianDepth = 30;

/// The standardised increment (W(high) − W(low))/√(high − low), 0 ≤ low < high ≤ 1, of the Brownian path on [0, 1] that
/// the draws of base::kSamplerStream define, as coefficients on them. Lévy's construction: index 0 is W(1), index
/// 2^l + j the midpoint of cell j of level l, whose mean is that of its ends and whose deviation √(2^−l)/2; a point
/// inside a cell of level `depth` takes that cell's draw as its own deviation from the chord. So W(u) depends on u
/// (and depth) alone: increments over a fine and a coarse grid are those of one path. The law is exact where no two
/// points that are used lie inside one cell of level `depth`.
std::vector<NoiseTerm> brownian_increment(double low, double high, int depth);

/// A stretch of the clock, 0 ≤ low < high ≤ 1.
struct Interval {
    double low = 0;
    double high = 1;

    bool operator==(const Interval&) const = default;
};

/// The standardised increments of a Brownian path over these intervals with as few draws as there can be: one of
/// base::kSamplerStream for each cell between neighbouring ends of intervals. Result i is that of interval i, as
/// coefficients on the draws. Cells are numbered in the order in which the intervals come, from high to low within
/// each, so that intervals without a common part have the draws 0, 1, …. Ends closer than a millionth of the shortest
/// interval are the same.
std::vector<std::vector<NoiseTerm>> path_increments(std::span<const Interval> intervals);

/// Whether a program draws noise of its steps: increments of a path, not only draws of correctors or Langevin steps.
bool takes_increments(const Program& program);

/// The smallest depth from kBrownianDepth to kMaxBrownianDepth whose cells are at most `gap`.
int brownian_depth(double gap);

}  // namespace scorefield::diffusion
