#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "render/canvas.hpp"

namespace scorefield::render {

/// A rectangle in pixels of the picture (y down).
struct Area {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

/// What an axis shows: low < high, and low > 0 where logarithmic.
struct Axis {
    std::string label;
    double low = 0;
    double high = 1;
    bool logarithmic = false;
};

/// Straight lines from point to point, in the units of the axes; interrupted where a point is not finite or, on a
/// logarithmic axis, not positive.
struct Curve {
    std::string name;  ///< in the legend; empty: not there
    std::vector<double> x;
    std::vector<double> y;
    Colour colour = {1, 1, 1};
    double width = 2;     ///< pixels; 0: no lines, only markers, which stand below lines
    bool dashed = false;  ///< for what is known rather than measured
    double marker = 0;    ///< side of a square at each point, in pixels; 0: none
};

/// Curves over two axes, under a title; without curves the frame for a picture.
struct Plot {
    std::string title;
    Axis x;
    Axis y;
    std::vector<Curve> curves;
    bool legend_left = false;  ///< in the upper left corner rather than the right one
};

/// Colours that every kind of colour blindness tells apart (Okabe & Ito 2008), light enough for a dark ground; they
/// repeat after the seventh.
Colour curve_colour(std::size_t index);

/// Sizes and colours of what stands around the curves; the defaults are those of figures in files.
struct PlotStyle {
    std::uint32_t text = 18;  ///< line height of ticks and labels, in pixels
    std::uint32_t title = 22;
    double left = 64;  ///< room for the tick labels of the y axis, in pixels
    /// For small plots: the legend stands in the row of the title, and the x axis has no label.
    bool compact = false;
    Colour text_colour = {0.80f, 0.83f, 0.88f};
    Colour title_colour = {0.97f, 0.97f, 0.98f};
    Colour rule_colour = {0.62f, 0.67f, 0.75f};
};

/// Where curves stand within the area of a plot: what titles, ticks and labels leave. In whole pixels.
Area plot_inside(const Area& area, const PlotStyle& style = {});

/// Where a value stands on an axis: 0 … 1 from the low to the high end; and the value that stands there.
double axis_share(const Axis& axis, double value);
double axis_value(const Axis& axis, double share);

/// A logarithmic axis over the values that have a place on one, with `room` at both ends, a factor above 1.
Axis logarithmic_axis(const std::string& label, std::span<const double> values, double room);

/// Raises the upper end of the y axis so that curves that it holds stay below the legend, by a third of a plot that is
/// `height` pixels high at most.
void leave_room_for_legend(Plot& plot, double height);

/// Draws frame, grid, ticks, labels, curves (kept within the frame) and legend.
void draw_plot(DrawingSurface& canvas, const Area& area, const Plot& plot, const PlotStyle& style = {});

}  // namespace scorefield::render
