#pragma once

#include <string>

namespace scorefield::base {

/// A number for captions and read-outs: `digits` significant figures without trailing zeros, a true minus sign, and 0
/// for what is smaller than 1e-12: the rounding of a sum, no value. `0.86`, `−1.5e-07`, `157`.
std::string short_number(double value, int digits = 3);

}  // namespace scorefield::base
