#pragma once

#include <cstdint>

#include "gpu/buffer.hpp"

namespace scorefield::render {

/// Where particles are: coordinate e of particle i is values[first + e·stride + i], float32, world units.
struct Particles {
    const gpu::Buffer& values;
    std::uint32_t first = 0;  ///< in floats
    std::uint32_t stride = 0;
    std::uint32_t count = 0;
    std::uint32_t dim = 0;
};

}  // namespace scorefield::render
