#include "render/vector_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "render/ticks.hpp"

namespace scorefield::render {
namespace {

constexpr double kDecades = 2;
constexpr double kLeastVisible = 0.03;

/// A number in [0, 1) that depends on three whole numbers alone (the finaliser of MurmurHash3).
double hashed(std::int64_t column, std::int64_t row, std::uint64_t which) {
    std::uint64_t bits = static_cast<std::uint64_t>(column) * 0x9E3779B97F4A7C15U ^
                         static_cast<std::uint64_t>(row) * 0xC2B2AE3D27D4EB4FU ^ which * 0x165667B19E3779F9U;
    bits = (bits ^ bits >> 33U) * 0xFF51AFD7ED558CCDU;
    bits = (bits ^ bits >> 33U) * 0xC4CEB9FE1A85EC53U;
    return static_cast<double>((bits ^ bits >> 33U) >> 11U) * 0x1p-53;
}

}  // namespace

std::vector<double> grid_points(const Bounds& bounds, std::size_t columns, std::size_t rows) {
    std::vector<double> points;
    points.reserve(2 * columns * rows);
    const auto at = [&](std::size_t axis, std::size_t i, std::size_t count) {
        const double share = static_cast<double>(i) / static_cast<double>(count - 1);
        return bounds.low[axis] + (bounds.high[axis] - bounds.low[axis]) * share;
    };
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            points.push_back(at(0, column, columns));
            points.push_back(at(1, row, rows));
        }
    }
    return points;
}

MagnitudeScale::MagnitudeScale(std::span<const double> vectors) {
    constexpr double kPercentile = 0.98;
    std::vector<double> lengths;
    for (std::size_t i = 0; i + 1 < vectors.size(); i += 2) {
        const double length = std::hypot(vectors[i], vectors[i + 1]);
        if (std::isfinite(length) && length > 0) lengths.push_back(length);
    }
    if (lengths.empty()) return;
    const auto rank = static_cast<std::ptrdiff_t>(kPercentile * static_cast<double>(lengths.size() - 1));
    std::ranges::nth_element(lengths, lengths.begin() + rank);
    high_ = round_up_125(lengths[static_cast<std::size_t>(rank)]);
}

double MagnitudeScale::place(double length) const {
    return std::clamp(1 + std::log10(length / high_) / kDecades, 0.0, 1.0);
}

LineLegend MagnitudeScale::legend(const std::string& title, const LineColours& colours) const {
    LineLegend legend = {title, colours, {}};
    for (int decade = 0; decade <= static_cast<int>(kDecades); ++decade) {
        const double value = high_ * std::pow(10.0, decade - kDecades);
        const std::string limit = decade == 0 ? "≤ " : decade == static_cast<int>(kDecades) ? "≥ " : "";
        legend.marks.push_back({decade / kDecades, limit + fmt::format("{:g}", value)});
    }
    return legend;
}

FieldLook field_look(const Camera2d& camera, VkExtent2D extent, const LineColours& particles) {
    constexpr double kUsualRows = 720;
    return {camera.pixel_size(extent),
            std::max(0.5, extent.height / kUsualRows),
            {map_beside(particles.map), particles.background}};
}

std::vector<double> arrow_places(const Bounds& bounds, double cell) {
    constexpr double kJitter = 0.44;  // of a cell, from one end to the other
    std::vector<double> places;
    const auto first = [&](std::size_t axis) { return static_cast<std::int64_t>(std::floor(bounds.low[axis] / cell)); };
    const auto last = [&](std::size_t axis) { return static_cast<std::int64_t>(std::ceil(bounds.high[axis] / cell)); };
    for (std::int64_t row = first(1); row < last(1); ++row) {
        for (std::int64_t column = first(0); column < last(0); ++column) {
            const double x = static_cast<double>(column) + 0.5 + kJitter * (hashed(column, row, 1) - 0.5);
            const double y = static_cast<double>(row) + 0.5 + kJitter * (hashed(column, row, 2) - 0.5);
            places.push_back(cell * x);
            places.push_back(cell * y);
        }
    }
    return places;
}

LineDrawing arrows(const VectorField& field, double cell, const FieldLook& look) {
    constexpr double kShortest = 0.22;  // of a cell
    constexpr double kLongest = 0.86;
    constexpr double kOpacity = 0.85;
    constexpr double kWidth = 1.5;
    constexpr double kMostHead = 7;     // pixels
    constexpr double kHeadShare = 0.4;  // of the length
    constexpr double kHeadAngle = 0.45;
    const MagnitudeScale scale(field.vectors);
    LineDrawing drawing;
    drawing.legend = scale.legend(field.title, look.colours);
    for (std::size_t i = 0; 2 * i + 1 < field.points.size(); ++i) {
        const double x = field.vectors[2 * i];
        const double y = field.vectors[2 * i + 1];
        const double length = std::hypot(x, y);
        const double visible = field.visibility.empty() ? 1 : field.visibility[i];
        if (!std::isfinite(length) || length == 0 || !(visible > kLeastVisible)) continue;
        const double place = scale.place(length);
        const double drawn = cell * (kShortest + (kLongest - kShortest) * place);
        const std::array<double, 2> along = {x / length, y / length};
        const auto point = [&](double share) {
            return std::array{field.points[2 * i] + share * drawn * along[0],
                              field.points[2 * i + 1] + share * drawn * along[1]};
        };
        const Ink ink = {line_colour(look.colours, place), static_cast<float>(kOpacity * visible)};
        const double width = kWidth * look.scale;
        const std::array<double, 2> tip = point(0.5);
        drawing.lines.push_back({point(-0.5), tip, width, ink});
        const double head = std::min(kHeadShare * drawn, kMostHead * look.scale * look.pixel);
        for (const double angle : {std::numbers::pi - kHeadAngle, std::numbers::pi + kHeadAngle}) {
            const double c = std::cos(angle);
            const double s = std::sin(angle);
            drawing.lines.push_back(
                {tip,
                 {tip[0] + head * (c * along[0] - s * along[1]), tip[1] + head * (s * along[0] + c * along[1])},
                 width,
                 ink});
        }
    }
    return drawing;
}

}  // namespace scorefield::render
