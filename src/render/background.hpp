#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "render/colour_map.hpp"

namespace scorefield::render {

/// What is behind everything else. transparent: nothing, where a file can hold that; colours are those of dark.
enum class Background : std::uint8_t { dark, light, transparent };
inline constexpr std::array<std::string_view, 3> kBackgroundNames = {"dark", "light", "transparent"};

/// Colours that can be seen on a background.
struct Palette {
    Colour ground;               ///< of the background itself
    Colour text;                 ///< numbers and names
    Colour bright;               ///< the first line of captions, names of axes
    Colour rule;                 ///< axes and ticks
    Colour data;                 ///< the data under the particles
    Colour line;                 ///< contours and curves
    Colour path;                 ///< of the followed particle
    Colour now;                  ///< where it is
    Colour gap;                  ///< between panes
    Colour paper;                ///< around the tiles of a contact sheet, and under figures
    std::array<Colour, 3> axes;  ///< of space
    float densest;               ///< grey level that dense places go to by origin
    float least_backing;         ///< the least opacity of what stands behind text
};

const Palette& palette_of(Background background);

/// Red, green, blue, alpha of the background. Pictures are premultiplied: a transparent one is all 0.
std::array<float, 4> clear_colour(Background background);

/// Colours from a map that go away from the background as the value rises from 0 to 1: on a light one, the map runs
/// backwards.
Colour map_colour(ColourMap map, Background background, double value);

}  // namespace scorefield::render
