#pragma once

#include "data/mixture.hpp"

namespace scorefield::data {

/// A tree in the plane: 1 023 thin Gaussians, one along each branch, ten generations of forks that become shorter and
/// thinner by turns. Mean 0, variance 1 on average over both coordinates; the finest twigs are a few thousandths wide
/// and show what a sampler loses. Always the same.
std::vector<MixtureComponent> tree_mixture();

}  // namespace scorefield::data
