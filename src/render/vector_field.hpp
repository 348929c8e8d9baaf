#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "render/camera.hpp"
#include "render/colour_map.hpp"
#include "render/line_drawing.hpp"

namespace scorefield::render {

/// Vectors at some points of the plane.
struct VectorField {
    std::string title;               ///< in the legend: `|score|`
    std::vector<double> points;      ///< (n, 2) row-major, world units
    std::vector<double> vectors;     ///< (n, 2); what is not finite is not drawn
    std::vector<double> visibility;  ///< (n), 0 … 1; empty: all 1
};

/// The same on the points of a grid.
struct VectorGrid {
    Bounds bounds;            ///< the first and the last column and row are on its edges
    std::size_t columns = 0;  ///< at least 2
    std::size_t rows = 0;     ///< at least 2
    VectorField field;        ///< points of (rows, columns), the first row at the bottom
};

/// The points of a grid, (rows · columns, 2) in the order of VectorGrid.
std::vector<double> grid_points(const Bounds& bounds, std::size_t columns, std::size_t rows);

/// Lengths on a logarithmic scale of two decades. Longer and shorter ones look like its ends.
class MagnitudeScale {
  public:
    /// The upper end is the smallest of 1, 2, 5, 10, … that is at least the 98th percentile of the lengths; without a
    /// positive length it is 1.
    explicit MagnitudeScale(std::span<const double> vectors);

    double high() const { return high_; }
    /// 0 … 1.
    double place(double length) const;
    LineLegend legend(const std::string& title, const LineColours& colours) const;

  private:
    double high_ = 1;
};

/// How lines of a field look.
struct FieldLook {
    double pixel = 1;  ///< world units per pixel
    double scale = 1;  ///< of line widths and heads: 1 suits a picture of 720 rows
    LineColours colours = {};
};

/// That of a picture whose particles have these colours, from whose map the field's differs. `camera` sees the picture.
FieldLook field_look(const Camera2d& camera, VkExtent2D extent, const LineColours& particles);

/// Points of a jittered grid of cells of this size that covers the bounds, (n, 2). A place in the world has the same
/// points whatever the bounds.
std::vector<double> arrow_places(const Bounds& bounds, double cell);

/// An arrow at each point, its middle there. Its length, within the cell, and its colour tell the vector's length.
LineDrawing arrows(const VectorField& field, double cell, const FieldLook& look);

/// Streamlines that keep apart by about `separation` world units (Jobard & Lefer 1997), with an arrowhead each,
/// coloured by the vector's length. Fourth-order Runge-Kutta steps of unit speed through the bilinear interpolation.
LineDrawing streamlines(const VectorGrid& grid, double separation, const FieldLook& look);

}  // namespace scorefield::render
