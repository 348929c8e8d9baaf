#pragma once

#include <string_view>
#include <vector>

namespace scorefield::diffusion {

/// `count` values from `first` to `last`; `first` alone where count is 1.
std::vector<double> linspace(double first, double last, int count);

/// Half way goes to the even neighbour.
double round_half_even(double value);

/// N timesteps of `levels` (decreasing) as diffusers' schedulers space them:
///   linspace  from levels−1 to 0, not rounded;
///   leading   i·⌊levels/N⌋ + offset;
///   trailing  round(levels − i·levels/N) − 1.
std::vector<double> spaced_timesteps(std::string_view spacing, int levels, int steps, int offset);

/// The same of its multistep solvers, over the `highest` lowest levels:
///   linspace  rounded, from highest−1 to 0 in N+1 values but for the last;
///   leading   i·⌊highest/(N+1)⌋ + offset, i = N … 1;
///   trailing  round(highest − i·levels/N) − 1, as many as are not negative.
std::vector<double> multistep_timesteps(std::string_view spacing, int levels, int highest, int steps, int offset);

/// The same of their inversions, increasing: linspace and leading without the highest in the place of the lowest.
std::vector<double> inverse_timesteps(std::string_view spacing, int levels, int highest, int steps, int offset);

}  // namespace scorefield::diffusion
