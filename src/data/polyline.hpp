#pragma once

#include <array>
#include <span>
#include <vector>

namespace scorefield::data {

/// Strokes in space with points uniform by arc length.
class Polyline {
  public:
    using Place = std::array<double, 3>;

    /// Straight lines from corner to corner.
    void add_stroke(std::span<const Place> corners);
    /// A smooth curve through the knots: Catmull and Rom's cubics, 16 lines between two knots. It closes smoothly where
    /// the last knot is the first.
    void add_curve(std::span<const Place> knots);

    double length() const { return cumulative_.empty() ? 0 : cumulative_.back(); }
    /// The place after `share` of the whole length, 0 ≤ share < 1. Needs a stroke.
    Place at(double share) const;

  private:
    struct Line {
        Place from;
        Place to;
    };
    std::vector<Line> lines_;
    std::vector<double> cumulative_;  ///< of their lengths
};

}  // namespace scorefield::data
