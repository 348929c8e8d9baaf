#pragma once

#include <span>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

/// Every operation that nn/CMakeLists.txt lists.
std::span<const Operation* const> operations();

}  // namespace scorefield::nn
