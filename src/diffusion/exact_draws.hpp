#pragma once

#include <cstdint>
#include <span>

#include "diffusion/target.hpp"

namespace scorefield::diffusion {

/// Fills `rows` (n, d), row-major, with exact draws of particles first … first+n−1 under `at`, on several threads:
/// those of target.sample, rounded to single precision.
void draw_exact(const Target& target, std::uint64_t seed, std::uint32_t first, const Marginal& at,
                std::span<float> rows);

}  // namespace scorefield::diffusion
