#pragma once

#include <string>

namespace scorefield::base {

/// A size for messages: three significant figures in the smallest unit that needs fewer than 1000 of it (`78.1 KiB`,
/// `0.977 KiB`); whole bytes below 1000. bytes ≥ 0.
std::string byte_size(double bytes);

}  // namespace scorefield::base
