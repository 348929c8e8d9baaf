#pragma once

#include <string>

#include "data/scaling.hpp"

namespace scorefield::data {

/// Why samples in these units would be no numbers of single precision: x·deviation + mean overflows within twenty
/// deviations of the mean, or x·deviation vanishes though it is not constant (0); empty where they are.
std::string scaling_fault(const Scaling& scaling);

/// The scaling of the data `where`. Throws base::Error (request, where) where it has a fault.
Scaling require_usable(Scaling scaling, const std::string& where);

}  // namespace scorefield::data
