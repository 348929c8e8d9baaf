#pragma once

#include <cstddef>

namespace scorefield::nn {

// Limits on the networks that are read from files. data::kMaxDim limits the coordinates of their points.
inline constexpr std::size_t kMaxWidth = 16384;
inline constexpr std::size_t kMaxDepth = 256;
inline constexpr std::size_t kMaxFeatures = 16384;
inline constexpr std::size_t kMaxClasses = 65536;
inline constexpr std::size_t kMaxWeights = std::size_t{1} << 29U;  ///< in all: 2 GiB

}  // namespace scorefield::nn
