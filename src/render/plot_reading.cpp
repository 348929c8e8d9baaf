#include "render/plot_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace scorefield::render {
namespace {

/// A text as a cell of CSV (RFC 4180).
std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string cell = "\"";
    for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
    return cell + "\"";
}

std::string number_cell(double value) {
    return std::isnan(value) ? "" : fmt::format("{:.17g}", value);
}

}  // namespace

std::optional<double> read_curve(const Plot& plot, const Curve& curve, double x) {
    if (curve.width <= 0) return std::nullopt;
    const double at = axis_share(plot.x, x);
    for (std::size_t i = 1; i < std::min(curve.x.size(), curve.y.size()); ++i) {
        const double from = axis_share(plot.x, curve.x[i - 1]);
        const double to = axis_share(plot.x, curve.x[i]);
        const double low = axis_share(plot.y, curve.y[i - 1]);
        const double high = axis_share(plot.y, curve.y[i]);
        if (!std::isfinite(from + to + low + high)) continue;
        if (at < std::min(from, to) || at > std::max(from, to)) continue;
        const double share = from == to ? 0 : (at - from) / (to - from);
        return axis_value(plot.y, std::lerp(low, high, share));
    }
    return std::nullopt;
}

std::optional<std::size_t> nearest_point(const Plot& plot, const Curve& curve, double across, double up, double width,
                                         double height, double reach) {
    std::optional<std::size_t> found;
    double nearest = reach;
    for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i) {
        const double distance = std::hypot(width * (axis_share(plot.x, curve.x[i]) - across),
                                           height * (axis_share(plot.y, curve.y[i]) - up));
        if (!(distance <= nearest)) continue;
        nearest = distance;
        found = i;
    }
    return found;
}

std::string plot_csv(const Plot& plot) {
    const std::string y = plot.y.label.empty() ? plot.title : plot.y.label;
    std::string text = fmt::format("curve,{},{}\n", quoted(plot.x.label), quoted(y));
    for (const Curve& curve : plot.curves) {
        if (curve.name.empty()) continue;
        for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i) {
            text += fmt::format("{},{},{}\n", quoted(curve.name), number_cell(curve.x[i]), number_cell(curve.y[i]));
        }
    }
    return text;
}

}  // namespace scorefield::render
