#include "render/contours.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "render/vector_field.hpp"

namespace scorefield::render {
namespace {

using Place = std::array<double, 2>;

/// Where the value between two corners is `level`, which is between theirs.
Place crossing(const Place& a, double value_a, const Place& b, double value_b, double level) {
    const double share = (level - value_a) / (value_b - value_a);
    return {a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])};
}

struct Square {
    std::array<Place, 4> corners;  ///< counter-clockwise
    std::array<double, 4> values;
};

void draw_square(LineDrawing& drawing, const Square& square, const ContourLevel& level) {
    std::array<Place, 4> crossings{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t next = (i + 1) % 4;
        if ((square.values.at(i) >= level.value) == (square.values.at(next) >= level.value)) continue;
        crossings.at(count++) = crossing(square.corners.at(i), square.values.at(i), square.corners.at(next),
                                         square.values.at(next), level.value);
    }
    const auto draw = [&](std::size_t a, std::size_t b) {
        drawing.lines.push_back({crossings.at(a), crossings.at(b), level.width, level.ink});
    };
    if (count == 2) draw(0, 1);
    if (count < 4) return;
    // A saddle: the value in the middle tells which corners belong together.
    double middle = 0;
    for (const double value : square.values) middle += value / 4;
    const bool first_with_middle = (square.values[0] >= level.value) == (middle >= level.value);
    draw(0, first_with_middle ? 1 : 3);
    draw(2, first_with_middle ? 3 : 1);
}

}  // namespace

double ScalarGrid::at(double x, double y) const {
    const auto along = [&](double place, std::size_t axis, std::size_t count) {
        const double share = (place - bounds.low.at(axis)) / (bounds.high.at(axis) - bounds.low.at(axis));
        return std::clamp(share, 0.0, 1.0) * static_cast<double>(count - 1);
    };
    const double column = along(x, 0, columns);
    const double row = along(y, 1, rows);
    const std::size_t c = std::min(static_cast<std::size_t>(column), columns - 2);
    const std::size_t r = std::min(static_cast<std::size_t>(row), rows - 2);
    const double right = column - static_cast<double>(c);
    const double up = row - static_cast<double>(r);
    const double* const below = values.data() + r * columns + c;
    const double* const above = below + columns;
    return (1 - up) * ((1 - right) * below[0] + right * below[1]) + up * ((1 - right) * above[0] + right * above[1]);
}

LineDrawing contours(const ScalarGrid& grid, std::span<const ContourLevel> levels) {
    LineDrawing drawing;
    const std::vector<double> points = grid_points(grid.bounds, grid.columns, grid.rows);
    const auto place = [&](std::size_t column, std::size_t row) {
        const double* const point = points.data() + 2 * (row * grid.columns + column);
        return Place{point[0], point[1]};
    };
    const auto value = [&](std::size_t column, std::size_t row) { return grid.values[row * grid.columns + column]; };
    for (std::size_t row = 0; row + 1 < grid.rows; ++row) {
        for (std::size_t column = 0; column + 1 < grid.columns; ++column) {
            const Square square = {
                {place(column, row), place(column + 1, row), place(column + 1, row + 1), place(column, row + 1)},
                {value(column, row), value(column + 1, row), value(column + 1, row + 1), value(column, row + 1)}};
            if (!std::ranges::all_of(square.values, [](double v) { return std::isfinite(v); })) continue;
            for (const ContourLevel& level : levels) draw_square(drawing, square, level);
        }
    }
    return drawing;
}

}  // namespace scorefield::render
