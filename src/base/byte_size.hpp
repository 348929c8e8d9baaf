#pragma once

#include <string>

namespace scorefield::base {

/// A size for messages: three significant figures in the unit that leaves 1 … 999 of it, `74.5 KiB`; whole bytes below
/// 1000. bytes ≥ 0.
std::string byte_size(double bytes);

}  // namespace scorefield::base
