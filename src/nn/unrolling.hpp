#pragma once

#include <cstddef>

namespace scorefield::nn {

/// Products of a shader's unrolled loops, per invocation: with more, drivers take minutes to compile it.
inline constexpr std::size_t kUnrolledProducts = 4096;

}  // namespace scorefield::nn
