#pragma once

#include <cstddef>
#include <cstdint>

namespace scorefield::base {
enum class InstructionSet : std::uint8_t;
}

namespace scorefield::nn {

/// A dense layer for a tile of particles. Activations are planes of one feature each, `rows` floats apart; no plane is
/// both read and written.
struct TileLayer {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    const float* weights = nullptr;  ///< as TileKernels::pack writes them
    const float* addend = nullptr;   ///< (outputs)
    bool silu = false;
};

/// Single-precision kernels for networks of dense layers, compiled once per instruction set (tile_kernels.cpp). A
/// tile's sums stay in registers, and its activations in the nearest cache from one layer to the next.
struct TileKernels {
    const char* name;  ///< instruction set
    std::size_t rows;  ///< particles of a tile

    /// packed ← weights (outputs, inputs), in the order in which `dense` reads them; as many numbers.
    void (*pack)(std::size_t outputs, std::size_t inputs, const float* weights, float* packed);
    /// out (outputs, rows) ← [silu](weights · in + addend), in (inputs, rows).
    void (*dense)(const TileLayer& layer, const float* in, float* out);
};

/// Those of an instruction set, one of base::runnable_instruction_sets().
const TileKernels& tile_kernels(base::InstructionSet set);

}  // namespace scorefield::nn
