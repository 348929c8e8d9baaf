#pragma once

#include <array>
#include <string_view>

namespace scorefield::render {

/// Maps from dark to light whose lightness rises strictly, so that they read without colour vision and in grey.
/// matplotlib's `inferno` and `viridis` (N. Smith, S. van der Walt, E. Firing) and `cividis` (J. Nuñez, C. Anderton,
/// R. Renslow 2018, made for colour-blind viewers); all three released under CC0.
enum class ColourMap { inferno, viridis, cividis };

inline constexpr std::array<std::string_view, 3> kColourMapNames = {"inferno", "viridis", "cividis"};

/// sRGB, 0 … 1.
using Colour = std::array<float, 3>;

/// At `value` in [0, 1] (clamped): linear between 17 published entries of the map.
Colour colour_at(ColourMap map, double value);

/// A map for what stands beside another map in a picture.
constexpr ColourMap map_beside(ColourMap map) {
    return map == ColourMap::viridis ? ColourMap::inferno : ColourMap::viridis;
}

/// Blue over pale grey to orange at `value` in [0, 1] (clamped): the two ends stay apart for every kind of colour
/// blindness, a mixture of both looks neutral.
Colour origin_colour(double value);

}  // namespace scorefield::render
