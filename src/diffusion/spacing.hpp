#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "diffusion/process.hpp"

namespace scorefield::diffusion {

inline constexpr std::array<std::string_view, 4> kSpacings = {"even", "linspace", "leading", "trailing"};

/// The `steps` times at which a sampler evaluates, strictly decreasing; each step goes to the next time, the last one
/// to the clean state. For a discrete process with times L … T−1 that have noise (L = 0, or 1 for cosine_seed) and N
/// steps:
///   even      round(linspace(T−1, 0, N+1)) without its last value; all times where N is their number;
///   linspace  round(linspace(L, T−1, N)), reversed;
///   leading   L + i·⌊(T−L)/N⌋, i = N−1 … 0;
///   trailing  round(T − i·(T−L)/N) − 1, i = 0 … N−1;
/// with L = 0 the last three are those of the `diffusers` library; halves round to even. `even` and `trailing` need no
/// more care for L = 1, since their last value never falls below (T−1)/N ≥ 1.
/// Throws base::Error (request): spacing unknown (--spacing), steps < 1 or more than there are times (--steps).
std::vector<double> make_timesteps(const NoiseProcess& process, std::string_view spacing, int steps);

/// An explicit list such as "999,500,10". Throws base::Error (request, --timesteps) as check_timesteps, or where
/// something is no number.
std::vector<double> parse_timesteps(const NoiseProcess& process, std::string_view list);

/// Throws base::Error (request, --timesteps) unless `timesteps` are at least one, strictly decreasing, times of the
/// process, and noisy.
void check_timesteps(const NoiseProcess& process, const std::vector<double>& timesteps);

}  // namespace scorefield::diffusion
