#pragma once

#include <string>

#include "data/scaling.hpp"

namespace scorefield::data {

/// Why samples in these units would be no numbers of single precision: x·deviation + mean overflows within twenty
/// deviations of the mean, or x·deviation vanishes though it is not constant (0); empty where they are.
/// estimate_scaling refuses data with one.
std::string scaling_fault(const Scaling& scaling);

}  // namespace scorefield::data
