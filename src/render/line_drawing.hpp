#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "render/background.hpp"
#include "render/canvas.hpp"
#include "render/colour_map.hpp"

namespace scorefield::render {

/// A straight line between two points in world units.
struct WorldLine {
    std::array<double, 2> from = {0, 0};
    std::array<double, 2> to = {0, 0};
    double width = 1;  ///< pixels
    Ink ink;
    double from_z = 0;  ///< third coordinates, for a camera in space
    double to_z = 0;
};

/// Where lines take their colours from.
struct LineColours {
    ColourMap map = ColourMap::viridis;
    Background background = Background::dark;

    bool operator==(const LineColours&) const = default;
};

/// A colour bar for the colours of lines.
struct LineLegend {
    struct Mark {
        double place = 0;  ///< 0 … 1 from the bottom
        std::string text;
    };
    std::string title;
    LineColours colours;
    std::vector<Mark> marks;
};

/// The colour of lines at a place of their legend: not the part of the map that the background hides.
inline Colour line_colour(const LineColours& colours, double place) {
    constexpr double kHidden = 0.15;
    return map_colour(colours.map, colours.background, kHidden + (1 - kHidden) * place);
}

/// Lines under or over the particles, with what explains them.
struct LineDrawing {
    std::vector<WorldLine> lines;
    std::optional<LineLegend> legend;
    std::vector<std::string> keys;  ///< rows of text in the lower left corner
};

}  // namespace scorefield::render
