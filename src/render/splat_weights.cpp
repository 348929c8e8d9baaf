#include "render/splat_weights.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace scorefield::render {
namespace {

constexpr std::uint32_t kFinest = 8;

/// Bits that r⁴ takes: r⁴ ≤ 2^bits.
std::uint32_t radius_bits(std::uint32_t radius) {
    return static_cast<std::uint32_t>(std::bit_width(radius * radius * radius * radius - 1));
}

}  // namespace

SplatWeights choose_weights(std::uint32_t count, std::uint32_t radius, bool coloured) {
    assert(count >= 1 && radius >= 1 && radius <= kMaxDotRadius);
    // count < 2^bit_width(count), so a particle may give up to 2^bits in all.
    const std::uint32_t bits = 32 - static_cast<std::uint32_t>(std::bit_width(count));
    const std::uint32_t wanted = coloured ? 6 : 4;  // else dots would jump from pixel to pixel
    while (radius > 1 && bits < radius_bits(radius) + wanted) --radius;

    const std::uint32_t rest = bits - radius_bits(radius);
    SplatWeights weights;
    weights.radius = radius;
    weights.colour_bits = coloured ? std::clamp(rest / 2, 1u, kFinest) : 0;
    weights.subpixel_bits = std::min(kFinest, (rest - std::min(rest, weights.colour_bits)) / 2);
    return weights;
}

std::uint32_t automatic_radius(std::uint32_t count, std::uint32_t height) {
    if (height < 400) return count < 5000 ? 2 : 1;
    if (count < 5000) return 3;
    return count < 50000 ? 2 : 1;
}

}  // namespace scorefield::render
