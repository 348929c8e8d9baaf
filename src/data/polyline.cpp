#include "data/polyline.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::data {
namespace {

constexpr int kLinesPerKnot = 16;

/// The knot one beyond `inner`, as far behind it as `next` is before it.
Polyline::Place mirrored(const Polyline::Place& inner, const Polyline::Place& next) {
    return {2 * inner[0] - next[0], 2 * inner[1] - next[1], 2 * inner[2] - next[2]};
}

/// Between p1 and p2, 0 ≤ t ≤ 1.
double catmull_rom(double p0, double p1, double p2, double p3, double t) {
    return p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)));
}

}  // namespace

void Polyline::add_stroke(std::span<const Place> corners) {
    for (std::size_t i = 1; i < corners.size(); ++i) {
        const Place& from = corners[i - 1];
        const Place& to = corners[i];
        lines_.push_back({from, to});
        cumulative_.push_back(length() + std::hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]));
    }
}

void Polyline::add_curve(std::span<const Place> knots) {
    const std::size_t last = knots.size() - 1;
    const bool closed = knots[0] == knots[last];
    std::vector<Place> corners = {knots[0]};
    for (std::size_t i = 0; i < last; ++i) {
        const Place before = i > 0 ? knots[i - 1] : (closed ? knots[last - 1] : mirrored(knots[0], knots[1]));
        const Place after = i + 1 < last ? knots[i + 2] : (closed ? knots[1] : mirrored(knots[last], knots[last - 1]));
        for (int k = 1; k <= kLinesPerKnot; ++k) {
            const double t = static_cast<double>(k) / kLinesPerKnot;
            Place& corner = corners.emplace_back();
            for (std::size_t c = 0; c < 3; ++c) {
                corner[c] = catmull_rom(before[c], knots[i][c], knots[i + 1][c], after[c], t);
            }
        }
    }
    add_stroke(corners);
}

Polyline::Place Polyline::at(double share) const {
    const double reached = share * length();
    const auto found = std::ranges::upper_bound(cumulative_, reached);
    const auto index = std::min(static_cast<std::size_t>(found - cumulative_.begin()), lines_.size() - 1);
    const double start = index == 0 ? 0 : cumulative_[index - 1];
    const double part = (reached - start) / (cumulative_[index] - start);
    const auto& [from, to] = lines_[index];
    return {std::lerp(from[0], to[0], part), std::lerp(from[1], to[1], part), std::lerp(from[2], to[2], part)};
}

}  // namespace scorefield::data
