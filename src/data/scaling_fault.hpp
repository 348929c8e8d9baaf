#pragma once

#include <string>

#include "data/scaling.hpp"

namespace scorefield::data {

/// Why float32 cannot represent samples with this scaling: overflow within 20 standard deviations of the mean, or a
/// nonzero standard deviation below the smallest normal float. Empty if valid.
std::string scaling_fault(const Scaling& scaling);

/// The scaling of the data `where`. Throws base::Error (request, where) where it has a fault.
Scaling require_usable(Scaling scaling, const std::string& where);

}  // namespace scorefield::data
