#include "render/look.hpp"

#include <algorithm>
#include <cstddef>

namespace scorefield::render {
namespace {

Colour mix(const Colour& from, const Colour& to, double amount) {
    Colour colour{};
    for (std::size_t c = 0; c < colour.size(); ++c) {
        colour[c] = static_cast<float>(from[c] + (double{to[c]} - from[c]) * amount);
    }
    return colour;
}

}  // namespace

Colour place_colour(const Look& look, double brightness, double origin, const Colour& below) {
    if (look.mode == ColourMode::origin) {
        const float densest = palette_of(look.background).densest;
        const Colour hue = mix(origin_colour(origin), {densest, densest, densest}, 0.35 * brightness * brightness);
        return mix(below, hue, brightness * (2 - brightness));
    }
    return mix(below, map_colour(look.map, look.background, 0.08 + 0.92 * brightness), std::min(6 * brightness, 1.0));
}

Colour overlay_colour(const Look& look, double brightness) {
    const Palette& palette = palette_of(look.background);
    return mix(palette.ground, palette.data, brightness * look.overlay_strength);
}

}  // namespace scorefield::render
