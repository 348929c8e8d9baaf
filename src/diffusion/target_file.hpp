#pragma once

#include <string>

#include "diffusion/target_mixture.hpp"

namespace scorefield::diffusion {

/// The most components a file may have: a bound on the time and memory that it can ask for.
inline constexpr std::size_t kMaxComponents = 100'000;
/// Means lie within ± this, deviations between this and its inverse: beyond it single precision cannot compute.
inline constexpr double kMaxMixtureScale = 1e12;

/// Reads a mixture: an object of `weights` (K), positive and summing to 1 within 1e-3, by whose sum they are divided,
/// `means` (K, d), d = 1 … data::kMaxDim, and either `sigmas` (K), standard deviations of round components, or
/// `covariances` (K, d, d), positive definite and symmetric to the rounding of single precision: the mean of both
/// halves is taken. Throws base::Error (request) naming `where` (a file name) and the place, e.g. `covariances[3]`.
GaussianMixture mixture_from_json(const std::string& text, const std::string& where);

}  // namespace scorefield::diffusion
