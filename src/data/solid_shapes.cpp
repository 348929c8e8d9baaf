#include <cmath>
#include <numbers>
#include <vector>

#include "data/polyline.hpp"
#include "data/shapes.hpp"

namespace scorefield::data {
namespace {

constexpr double kPi = std::numbers::pi;

using Place = std::array<double, 3>;

Place with_noise(const Place& place, double noise, const PointDraws& draws) {
    return {place[0] + noise * draws.normal(0), place[1] + noise * draws.normal(1), place[2] + noise * draws.normal(2)};
}

/// The closed curve position(0 … 2π).
Polyline closed_curve(Place (*position)(double)) {
    constexpr int kLines = 4096;
    std::vector<Place> corners;
    for (int i = 0; i <= kLines; ++i) corners.push_back(position(2 * kPi * i / kLines));
    Polyline curve;
    curve.add_stroke(corners);
    return curve;
}

/// scikit-learn's make_swiss_roll with noise 0.5.
ShapePoint swiss_roll(const PointDraws& draws) {
    const double t = 1.5 * kPi * (1 + 2 * draws.uniform(0));
    return {with_noise({t * std::cos(t), 21 * draws.uniform(1), t * std::sin(t)}, 0.5, draws)};
}

/// scikit-learn's make_s_curve with noise 0.05.
ShapePoint s_curve(const PointDraws& draws) {
    const double t = 3 * kPi * (draws.uniform(0) - 0.5);
    return {with_noise({std::sin(t), 2 * draws.uniform(1), std::copysign(1.0, t) * (std::cos(t) - 1)}, 0.05, draws)};
}

/// The trefoil as the torus knot (2, 3): twice about the axis, three times about the tube.
ShapePoint torus_knot(const PointDraws& draws) {
    static const Polyline curve = closed_curve([](double t) -> Place {
        const double radius = 2 + std::cos(3 * t);
        return {radius * std::cos(2 * t), radius * std::sin(2 * t), -std::sin(3 * t)};
    });
    return {with_noise(curve.at(draws.uniform(0)), 0.08, draws)};
}

/// The Lissajous knot of frequencies (3, 2, 7) and phases (0.7, 0.2, 0), knot 5_2.
ShapePoint lissajous(const PointDraws& draws) {
    static const Polyline curve = closed_curve([](double t) -> Place {
        return {std::cos(3 * t + 0.7), std::cos(2 * t + 0.2), std::cos(7 * t)};
    });
    return {with_noise(curve.at(draws.uniform(0)), 0.03, draws)};
}

/// Two strands of radius 1 and three turns about the second axis, 4.5 high, half a turn apart.
ShapePoint double_helix(const PointDraws& draws) {
    const double height = draws.uniform(0) - 0.5;
    const bool first = draws.uniform(1) < 0.5;
    const double angle = 6 * kPi * height + (first ? 0 : kPi);
    return {with_noise({std::cos(angle), 4.5 * height, std::sin(angle)}, 0.06, draws), first ? 0U : 1U};
}

/// Two circles of radius 1, each through the other's middle.
ShapePoint linked_rings(const PointDraws& draws) {
    const double angle = 2 * kPi * draws.uniform(0);
    const bool first = draws.uniform(1) < 0.5;
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    return {with_noise(first ? Place{c - 0.5, s, 0} : Place{c + 0.5, 0, s}, 0.05, draws), first ? 0U : 1U};
}

/// Uniform on the sphere of radius 1 (Archimedes: heights are uniform).
ShapePoint sphere(const PointDraws& draws) {
    const double height = 2 * draws.uniform(0) - 1;
    const double angle = 2 * kPi * draws.uniform(1);
    const double radius = std::sqrt(1 - height * height);
    return {with_noise({radius * std::cos(angle), height, radius * std::sin(angle)}, 0.03, draws)};
}

/// A band of width 1 about the circle of radius 1 with half a turn in it, uniform in angle and across.
ShapePoint mobius(const PointDraws& draws) {
    const double angle = 2 * kPi * draws.uniform(0);
    const double across = draws.uniform(1) - 0.5;
    const double radius = 1 + across * std::cos(angle / 2);
    return {
        with_noise({radius * std::cos(angle), across * std::sin(angle / 2), radius * std::sin(angle)}, 0.02, draws)};
}

constexpr Shape kShapes[] = {
    {"swiss_roll_3d", "3-D: a rolled-up sheet with noise 0.5 (scikit-learn's)", 3, 0, Centre::own, swiss_roll},
    {"s_curve_3d", "3-D: a sheet bent to an S with noise 0.05 (scikit-learn's)", 3, 0, Centre::own, s_curve},
    {"torus_knot", "3-D: a trefoil, twice about the axis and three times about the tube", 3, 0, Centre::own,
     torus_knot},
    {"lissajous", "3-D: a Lissajous knot of frequencies 3, 2 and 7", 3, 0, Centre::own, lissajous},
    {"double_helix", "3-D: two strands of three turns", 3, 2, Centre::own, double_helix},
    {"linked_rings", "3-D: two circles, each through the other's middle", 3, 2, Centre::own, linked_rings},
    {"sphere", "3-D: the surface of a sphere", 3, 0, Centre::own, sphere},
    {"mobius", "3-D: a band with half a turn in it", 3, 0, Centre::own, mobius},
};

}  // namespace

std::span<const Shape> solid_shapes() {
    return kShapes;
}

}  // namespace scorefield::data
