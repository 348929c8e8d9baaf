#include "study/study_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace scorefield::study {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr double kMarker = 7;

using Rows = std::span<const std::vector<Cell>>;

/// NaN for a cell that holds no number.
double number(const Cell& cell) {
    if (const auto* const value = std::get_if<double>(&cell)) return *value;
    if (const auto* const count = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*count);
    return kNothing;
}

std::size_t column(const Table& table, std::string_view name) {
    const auto found = std::ranges::find(table.columns, name);
    return static_cast<std::size_t>(found - table.columns.begin());
}

constexpr std::uint32_t kPanelHeight = 560;

/// A plot whose axes hold all points of the curves.
render::Plot logarithmic_plot(const std::string& title, const std::string& x, const std::string& y,
                              std::vector<render::Curve> curves) {
    render::Plot plot = {.title = title, .x = {}, .y = {}, .curves = std::move(curves)};
    std::vector<double> across;
    std::vector<double> up;
    for (const render::Curve& curve : plot.curves) {
        across.insert(across.end(), curve.x.begin(), curve.x.end());
        up.insert(up.end(), curve.y.begin(), curve.y.end());
    }
    plot.x = render::logarithmic_axis(x, across, 1.15);
    plot.y = render::logarithmic_axis(y, up, 1.5);
    render::leave_room_for_legend(plot, kPanelHeight);
    return plot;
}

/// A curve for each name in the first column.
std::vector<render::Curve> curves_by_name(const Table& table, std::string_view x, std::string_view y) {
    std::vector<render::Curve> curves;
    for (const std::vector<Cell>& row : table.rows) {
        const std::string& name = std::get<std::string>(row.front());
        if (curves.empty() || curves.back().name != name) {
            render::Curve curve;
            curve.name = name;
            curve.colour = render::curve_colour(curves.size());
            curve.marker = kMarker;
            curves.push_back(std::move(curve));
        }
        curves.back().x.push_back(number(row[column(table, x)]));
        curves.back().y.push_back(number(row[column(table, y)]));
    }
    return curves;
}

/// The same curves dashed and without names: what is predicted of them.
std::vector<render::Curve> predictions_by_name(const Table& table, std::string_view x, std::string_view y) {
    std::vector<render::Curve> curves = curves_by_name(table, x, y);
    for (render::Curve& curve : curves) {
        curve.name.clear();
        curve.marker = 0;
        curve.width = 1;
        curve.dashed = true;
    }
    return curves;
}

std::vector<render::Plot> gaussian_plots(const std::vector<Table>& tables) {
    constexpr const char* kStarts[] = {"Variance at t = 0, started from N(0, 1)",
                                       "Variance at t = 0, started from the true marginal"};
    std::vector<render::Plot> plots;
    for (std::size_t i = 0; i < std::size(kStarts); ++i) {
        std::vector<render::Curve> curves = predictions_by_name(tables.at(i), "steps", "predicted");
        std::ranges::move(curves_by_name(tables.at(i), "steps", "measured"), std::back_inserter(curves));
        plots.push_back(logarithmic_plot(kStarts[i], "steps", "variance (dashed: predicted)", std::move(curves)));
    }
    return plots;
}

/// `titles` name the first tables.
std::vector<render::Plot> plots_by_steps(const std::vector<Table>& tables, const std::vector<std::string>& titles,
                                         std::string_view y) {
    std::vector<render::Plot> plots;
    for (std::size_t i = 0; i < titles.size(); ++i) {
        plots.push_back(logarithmic_plot(titles[i], "steps", std::string(y), curves_by_name(tables.at(i), "steps", y)));
    }
    return plots;
}

/// Seconds against one of the sizes, beside what would be proportional to it.
render::Plot scaling_plot(const Table& table, Rows rows, std::string_view size) {
    render::Curve measured;
    measured.name = "measured";
    measured.colour = render::curve_colour(0);
    measured.marker = kMarker;
    for (const std::vector<Cell>& row : rows) {
        measured.x.push_back(number(row[column(table, size)]));
        measured.y.push_back(number(row[column(table, "seconds")]));
    }
    render::Curve linear = measured;
    linear.name = "in proportion to the first";
    linear.colour = render::curve_colour(1);
    linear.marker = 0;
    linear.dashed = true;
    for (std::size_t i = 0; i < linear.y.size(); ++i) linear.y[i] = measured.y[0] * measured.x[i] / measured.x[0];
    render::Plot plot = logarithmic_plot(fmt::format("Run time against the number of {}", size), std::string(size),
                                         "seconds", {std::move(linear), std::move(measured)});
    plot.legend_left = true;
    return plot;
}

std::vector<render::Plot> scaling_plots(const std::vector<Table>& tables) {
    const Table& table = tables.at(0);
    const Rows rows = table.rows;
    return {scaling_plot(table, rows.first(rows.size() / 2), "particles"),
            scaling_plot(table, rows.subspan(rows.size() / 2), "steps")};
}

/// Points beside each other for the processes, where they would be on top of each other.
std::vector<render::Plot> orders_plots(const std::vector<Table>& tables) {
    constexpr double kShift = 0.1;
    constexpr double kMost = 6;
    const Table& table = tables.at(0);
    const std::size_t first = column(table, "expected") + 1;
    const std::size_t end = column(table, "error on vp");
    render::Plot plot = {.title = "Order of accuracy of every deterministic solver, on four processes",
                         .x = {.label = "expected order", .low = 0, .high = kMost},
                         .y = {.label = "measured order", .low = 0, .high = kMost},
                         .curves = {{.name = "as expected",
                                     .x = {0, kMost},
                                     .y = {0, kMost},
                                     .colour = {0.62f, 0.67f, 0.75f},
                                     .width = 1,
                                     .dashed = true}},
                         .legend_left = true};
    for (std::size_t c = first; c < end; ++c) {
        render::Curve curve;
        curve.name = table.columns[c];
        curve.colour = render::curve_colour(c - first);
        curve.marker = kMarker;
        const double shift = kShift * (static_cast<double>(c - first) - 0.5 * static_cast<double>(end - first - 1));
        for (const std::vector<Cell>& row : table.rows) {
            // A point that has no place between two solvers: no line joins them.
            curve.x.insert(curve.x.end(), {number(row[first - 1]) + shift, kNothing});
            curve.y.insert(curve.y.end(), {number(row[c]), kNothing});
        }
        plot.curves.push_back(std::move(curve));
    }
    return {plot};
}

}  // namespace

FigureLayout study_layout(std::string_view study) {
    if (study == "orders") return {.panel_width = 800, .panel_height = 640};
    return {.columns = 2, .panel_width = 760, .panel_height = kPanelHeight};
}

std::vector<render::Plot> study_plots(std::string_view study, const std::vector<Table>& tables) {
    if (study == "orders") return orders_plots(tables);
    if (study == "gaussian") return gaussian_plots(tables);
    if (study == "scaling") return scaling_plots(tables);
    if (study == "laws") {
        return plots_by_steps(
            tables,
            {"On the line: predicted error of the distribution", "In the plane: predicted error of the distribution"},
            "bias");
    }
    return plots_by_steps(tables, {"There and back: exact score, double precision", "There and back: default model"},
                          "error");
}

}  // namespace scorefield::study
