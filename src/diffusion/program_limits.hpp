#pragma once

#include <cstddef>

namespace scorefield::diffusion {

/// Ops a program may have: a bound on memory, and on what a sampler with many repetitions asks for. Program::validate
/// refuses more.
inline constexpr std::size_t kMaxOps = 1'000'000;

}  // namespace scorefield::diffusion
