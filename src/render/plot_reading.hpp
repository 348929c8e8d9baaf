#pragma once

#include <optional>
#include <string>

#include "render/plot.hpp"

namespace scorefield::render {

/// The y of a curve at `x`, on the straight line between its points as the axes show it; of the first such line where
/// several pass. None where no line passes: beside the curve, in a gap, and for curves of markers alone.
std::optional<double> read_curve(const Plot& plot, const Curve& curve, double x);

/// The index of the point of a curve that is nearest to a place of the plot, in shares of its axes, where a share of x
/// counts `width` and one of y `height` pixels; none farther away than `reach` pixels.
std::optional<std::size_t> nearest_point(const Plot& plot, const Curve& curve, double across, double up, double width,
                                         double height, double reach);

/// The points of all curves that have a name, as CSV: curve, x, y, under a header that names the axes. Numbers have 17
/// significant digits and are read back bit for bit; what is no number is an empty cell.
std::string plot_csv(const Plot& plot);

}  // namespace scorefield::render
