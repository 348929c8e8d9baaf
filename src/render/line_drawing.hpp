#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

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

/// A colour bar for the colours of lines.
struct LineLegend {
    struct Mark {
        double place = 0;  ///< 0 … 1 from the bottom
        std::string text;
    };
    std::string title;
    ColourMap map = ColourMap::viridis;
    std::vector<Mark> marks;
};

/// The colour of lines at a place of their legend: not the darkest part of the map, which a dark background hides.
inline Colour line_colour(ColourMap map, double place) {
    constexpr double kDarkest = 0.15;
    return colour_at(map, kDarkest + (1 - kDarkest) * place);
}

/// Lines under or over the particles, with what explains them.
struct LineDrawing {
    std::vector<WorldLine> lines;
    std::optional<LineLegend> legend;
    std::vector<std::string> keys;  ///< rows of text in the lower left corner
};

}  // namespace scorefield::render
