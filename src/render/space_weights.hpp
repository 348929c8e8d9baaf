#pragma once

#include <cstdint>

namespace scorefield::render {

/// How a three-dimensional particle is spread over pixels in integers. A particle of nominal size without fade gives
/// `unit` in all, a nearer one more, but at most `most`, on any pixel and in all up to rounding. The colour buffer
/// receives the weights times a colour of at most `colour_levels()`. No sum can overflow, even with all particles on
/// one pixel: count · most · colour_levels() < 2³².
struct SpaceWeights {
    std::uint32_t radius = 1;       ///< largest radius of a footprint, in pixels, 1 … kMaxDotRadius
    bool one_row = false;           ///< radius 1 only: two pixels of one row, which the particle's number chooses
    std::uint32_t colour_bits = 0;  ///< 0: density only
    double most = 1;                ///< whole number
    double unit = 1;

    std::uint32_t colour_levels() const { return colour_bits == 0 ? 1 : (1U << colour_bits) - 1; }

    bool operator==(const SpaceWeights&) const = default;
};

/// The finest weights within the bound. `headroom`: the largest weight of a particle over that of the nominal size,
/// ≥ 1. count ≥ 1.
SpaceWeights choose_space_weights(std::uint32_t count, std::uint32_t radius, bool coloured, double headroom);

}  // namespace scorefield::render
