#include "session/painting.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::session {
namespace {

double distance_to_line(std::array<double, 2> place, std::array<double, 2> from, std::array<double, 2> to) {
    const std::array<double, 2> along = {to[0] - from[0], to[1] - from[1]};
    const std::array<double, 2> there = {place[0] - from[0], place[1] - from[1]};
    const double length = along[0] * along[0] + along[1] * along[1];
    const double share = length > 0 ? std::clamp((along[0] * there[0] + along[1] * there[1]) / length, 0.0, 1.0) : 0;
    return std::hypot(there[0] - share * along[0], there[1] - share * along[1]);
}

}  // namespace

void Painting::stroke(std::array<double, 2> from, std::array<double, 2> to, double radius, bool erase) {
    constexpr double kRim = 1.5;  // cells over which the brush fades
    const auto clamped = [](double cell, std::size_t end) {
        return static_cast<std::size_t>(std::clamp(cell, 0.0, static_cast<double>(end)));
    };
    const double reach = radius + kRim;
    const std::size_t left = clamped(std::min(from[0], to[0]) - reach, kWidth);
    const std::size_t right = clamped(std::max(from[0], to[0]) + reach + 1, kWidth);
    const std::size_t top = clamped(std::min(from[1], to[1]) - reach, kHeight);
    const std::size_t bottom = clamped(std::max(from[1], to[1]) + reach + 1, kHeight);
    for (std::size_t row = top; row < bottom; ++row) {
        for (std::size_t column = left; column < right; ++column) {
            const std::array<double, 2> place = {static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5};
            const double inside = radius + kRim / 2 - distance_to_line(place, from, to);
            const auto ink = static_cast<float>(std::clamp(inside / kRim, 0.0, 1.0));
            float& cell = cells_[row * kWidth + column];
            cell = erase ? std::min(cell, 1 - ink) : std::max(cell, ink);
        }
    }
}

void Painting::clear() {
    std::ranges::fill(cells_, 0.0F);
}

bool Painting::empty() const {
    return std::ranges::all_of(cells_, [](float cell) { return cell == 0; });
}

std::unique_ptr<data::Dataset> painted_data(const std::vector<float>& cells) {
    constexpr double kAspect = static_cast<double>(Painting::kWidth) / Painting::kHeight;
    return data::make_density(kPainted, Painting::kWidth, Painting::kHeight, cells, {-kAspect, -1, kAspect, 1});
}

}  // namespace scorefield::session
