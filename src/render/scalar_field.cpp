#include "render/scalar_field.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace scorefield::render {
namespace {

std::array<double, 4> weights(double share) {
    const double s2 = share * share;
    const double s3 = s2 * share;
    return {-0.5 * share + s2 - 0.5 * s3, 1 - 2.5 * s2 + 1.5 * s3, 0.5 * share + 2 * s2 - 1.5 * s3,
            -0.5 * s2 + 0.5 * s3};
}

}  // namespace

double field_value(const ScalarField& field, double column, double row) {
    const auto last = [](std::size_t count) { return static_cast<double>(count - 1); };
    column = std::clamp(column, 0.0, last(field.columns));
    row = std::clamp(row, 0.0, last(field.rows));
    const double first_column = std::floor(column);
    const double first_row = std::floor(row);
    const std::array<double, 4> across = weights(column - first_column);
    const std::array<double, 4> up = weights(row - first_row);
    double sum = 0;
    for (std::size_t j = 0; j < 4; ++j) {
        const double y = std::clamp(first_row + static_cast<double>(j) - 1, 0.0, last(field.rows));
        for (std::size_t i = 0; i < 4; ++i) {
            const double x = std::clamp(first_column + static_cast<double>(i) - 1, 0.0, last(field.columns));
            const std::size_t at = static_cast<std::size_t>(y) * field.columns + static_cast<std::size_t>(x);
            sum += across[i] * up[j] * static_cast<double>(field.values[at]);
        }
    }
    return sum;
}

Colour field_colour(const ScalarField& field, double value, const Colour& background) {
    const double place = (value - field.low) / (field.high - field.low);
    const Colour mapped = colour_at(field.map, place);
    Colour colour{};
    for (std::size_t c = 0; c < colour.size(); ++c) {
        colour[c] = static_cast<float>(background[c] + double{kFieldStrength} * (double{mapped[c]} - background[c]));
    }
    return colour;
}

}  // namespace scorefield::render
