#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "render/camera.hpp"
#include "render/line_drawing.hpp"

namespace scorefield::render {

/// Values on a grid of points.
struct ScalarGrid {
    Bounds bounds;               ///< the first and the last column and row are on its edges
    std::size_t columns = 0;     ///< at least 2
    std::size_t rows = 0;        ///< at least 2
    std::vector<double> values;  ///< (rows, columns), the first row at the bottom; not finite: no line there

    /// The bilinear interpolation; of the nearest place of the grid where `x` or `y` is outside.
    double at(double x, double y) const;
};

/// A line of equal value and how it looks.
struct ContourLevel {
    double value = 0;
    double width = 1;  ///< pixels
    Ink ink;
};

/// Where the bilinear interpolation has these values, by marching squares: a straight line or two in each square of
/// the grid.
LineDrawing contours(const ScalarGrid& grid, std::span<const ContourLevel> levels);

}  // namespace scorefield::render
