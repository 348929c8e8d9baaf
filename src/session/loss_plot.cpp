#include "session/loss_plot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace scorefield::session {
namespace {

render::Curve loss_curve(const std::string& name, const std::vector<LossHistory::Point>& points, double below,
                         std::size_t colour) {
    render::Curve curve;
    curve.name = name;
    curve.colour = render::curve_colour(colour);
    for (const LossHistory::Point& point : points) {
        curve.x.push_back(static_cast<double>(point.step));
        curve.y.push_back(point.loss - below);
    }
    return curve;
}

render::Axis loss_axis(const std::vector<double>& values, bool logarithmic) {
    constexpr double kMargin = 0.08;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : values) {
        if (!std::isfinite(value) || (logarithmic && value <= 0)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    if (!(low <= high)) low = high = 1;
    constexpr double kLeastSpan = 1e-3;
    if (logarithmic) {
        const double room = std::pow(std::max(high / low, 1 + kLeastSpan), kMargin);
        return {.label = "", .low = low / room, .high = high * room, .logarithmic = true};
    }
    const double margin = kMargin * std::max(high - low, kLeastSpan);
    return {.label = "", .low = low - margin, .high = high + margin};
}

}  // namespace

render::Plot loss_plot(const std::vector<LossHistory::Point>& points, std::optional<double> floor,
                       const std::vector<LossHistory::Point>& published, LossScale scale) {
    const bool above_floor = scale == LossScale::above_floor && floor;
    const double below = above_floor ? *floor : 0;
    const auto positive = [](const LossHistory::Point& point) { return point.loss > 0; };
    const bool logarithmic =
        above_floor || (scale != LossScale::linear && std::ranges::all_of(points, positive) && !(floor && *floor <= 0));
    render::Plot plot;
    plot.title = above_floor ? "loss − floor" : "loss";
    plot.curves.push_back(loss_curve("this training", points, below, 0));
    std::vector<double> values = plot.curves.front().y;
    double last = std::max(1.0, points.empty() ? 1.0 : static_cast<double>(points.back().step));
    if (!published.empty()) {
        render::Curve curve = loss_curve("published", published, below, 4);
        curve.width = 0;
        curve.marker = 6;
        last = std::max(last, curve.x.back());
        values.insert(values.end(), curve.y.begin(), curve.y.end());
        plot.curves.push_back(std::move(curve));
    }
    plot.x = {.label = "step", .low = 0, .high = last};
    if (floor && !above_floor) {
        plot.curves.push_back({.name = "floor",
                               .x = {0, last},
                               .y = {*floor, *floor},
                               .colour = render::curve_colour(1),
                               .width = 1.5,
                               .dashed = true});
        values.push_back(*floor);
    }
    plot.y = loss_axis(values, logarithmic);
    return plot;
}

}  // namespace scorefield::session
