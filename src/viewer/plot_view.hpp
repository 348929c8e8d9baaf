#pragma once

#include <functional>
#include <optional>
#include <string>

#include "render/plot.hpp"
#include "viewer/requests.hpp"

namespace scorefield::viewer {

/// The height of a plot in the panel, in font sizes.
inline constexpr float kPlotHeight = 9;

/// What the plot says: under the mouse, and of itself.
struct PlotReading {
    std::optional<double> present;  ///< x of the state that is shown; none: not drawn
    std::string help;               ///< the tooltip beside the curves
};

/// A plot at the panel's cursor, as wide as the panel. Under the mouse a crosshair with the values of its curves; by
/// right click the menu of plot_menu. `name` identifies it and begins the names of its files.
void draw_plot_view(const std::string& name, const render::Plot& plot, float height, const PlotReading& reading,
                    Requests& requests);

/// The menu of the item before, by right click: save as SVG, PNG or CSV, copy the values. `plot` is called when one of
/// them is chosen.
void plot_menu(const std::string& name, const std::function<render::Plot()>& plot, Requests& requests);

}  // namespace scorefield::viewer
