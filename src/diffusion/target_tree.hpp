#pragma once

#include "diffusion/target_mixture.hpp"

namespace scorefield::diffusion {

/// A tree in the plane: 1 023 thin Gaussians, one along each branch, ten generations of forks that become shorter and
/// thinner by turns. Mean 0, variance 1 on average over both coordinates; the finest twigs are a few thousandths wide
/// and show what a sampler loses. Always the same.
GaussianMixture make_tree();

}  // namespace scorefield::diffusion
