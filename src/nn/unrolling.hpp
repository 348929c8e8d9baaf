#pragma once

#include <cstddef>

namespace scorefield::nn {

/// The largest number of multiplications in a shader's unrolled loops, per invocation. With more, drivers take minutes
/// to compile the shader.
inline constexpr std::size_t kUnrolledProducts = 4096;

}  // namespace scorefield::nn
