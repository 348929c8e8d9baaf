#include "render/space_weights.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

#include "render/splat_weights.hpp"

namespace scorefield::render {

SpaceWeights choose_space_weights(std::uint32_t count, std::uint32_t radius, bool coloured, double headroom) {
    assert(count >= 1 && radius >= 1 && radius <= kMaxDotRadius && headroom >= 1);
    constexpr std::uint32_t kFinestColour = 8;
    constexpr std::uint32_t kFinestWeight = 16;  // exact in float32, with a fraction to round by
    const std::uint32_t bits = 32 - static_cast<std::uint32_t>(std::bit_width(count));
    SpaceWeights weights;
    weights.radius = radius;
    // Weights have the larger half: a colour is a mean of many.
    weights.colour_bits = coloured ? std::clamp(2 * bits / 5, 1U, kFinestColour) : 0;
    weights.most = std::exp2(std::min(kFinestWeight, bits - std::min(bits, weights.colour_bits)));
    weights.unit = weights.most / headroom;
    return weights;
}

}  // namespace scorefield::render
