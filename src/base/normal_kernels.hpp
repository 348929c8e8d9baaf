#pragma once

#include <cstddef>
#include <cstdint>

namespace scorefield::base {

/// Particles of a call of normal_planes.
inline constexpr std::size_t kNormalParticles = 192;

enum class InstructionSet : std::uint8_t;

/// Compiled once per instruction set (normal_kernels.cpp).
struct NormalKernels {
    /// Elements 4·block … 4·block+elements−1 of the noise of kNormalParticles particles, the first being `particle`:
    /// plane e of `out` (elements, kNormalParticles) is element 4·block+e. `elements` is 1 … 4. The same bits as
    /// normal4 (base/random.hpp), but many at a time.
    void (*normal_planes)(std::uint64_t seed, std::uint32_t particle, std::uint32_t block, std::uint32_t index,
                          std::uint32_t stream, std::size_t elements, float* out);
};

/// Those of an instruction set, one of base::runnable_instruction_sets().
const NormalKernels& normal_kernels(InstructionSet set);

}  // namespace scorefield::base
