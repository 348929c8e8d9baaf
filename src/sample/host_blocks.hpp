#pragma once

#include <cstddef>

#include "base/normal_kernels.hpp"

namespace scorefield::sample {

/// Particles of a block of the host's registers: a whole number of tiles and of vectors of every instruction set.
inline constexpr std::size_t kHostBlock = base::kNormalParticles;

/// Neighbouring blocks of registers on the host. Element e of a particle is at block[reg + e·kHostBlock + lane]; `reg`
/// is a register's place within its block. 64-byte aligned. Lanes beyond the last particle hold finite numbers.
struct HostBlocks {
    float* first = nullptr;  ///< of the first block
    std::size_t stride = 0;  ///< floats from one block to the next
    std::size_t count = 0;

    float* block(std::size_t number) const { return first + number * stride; }
};

}  // namespace scorefield::sample
