#pragma once

#include <cstdint>

namespace scorefield::render {

/// Largest radius of a particle's footprint, in pixels.
inline constexpr std::uint32_t kMaxDotRadius = 3;

/// How a particle is spread over pixels in integers. Along each axis its position is rounded to 1/S pixel,
/// S = 2^subpixel_bits, and falls on 2r pixels with the tent r·S − |distance·S|, whose sum is r²·S whatever the
/// position. A pixel receives the product of both axes' weights, a particle gives `weight()` = r⁴·S² in all; the colour
/// buffer receives them times a colour of at most `colour_levels()`. No sum can overflow, even with all particles on
/// one pixel: count · weight() · colour_levels() < 2³².
struct SplatWeights {
    std::uint32_t radius = 1;
    std::uint32_t subpixel_bits = 0;
    std::uint32_t colour_bits = 0;  ///< 0: density only

    std::uint32_t weight() const { return radius * radius * radius * radius << (2 * subpixel_bits); }
    std::uint32_t colour_levels() const { return colour_bits == 0 ? 1 : (1u << colour_bits) - 1; }

    bool operator==(const SplatWeights&) const = default;
};

/// The finest weights within the bound, at most 8 bits each. A radius too large for the count is lowered. count ≥ 1.
SplatWeights choose_weights(std::uint32_t count, std::uint32_t radius, bool coloured);

/// 1 … 3: wider dots where few particles leave room for them (`height` in pixels).
std::uint32_t automatic_radius(std::uint32_t count, std::uint32_t height);

}  // namespace scorefield::render
