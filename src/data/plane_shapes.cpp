#include <cmath>
#include <numbers>

#include "data/drawing.hpp"
#include "data/shapes.hpp"

namespace scorefield::data {
namespace {

constexpr double kPi = std::numbers::pi;

/// Coordinates 0 and 2 of scikit-learn's make_swiss_roll with noise 0.5.
ShapePoint swiss_roll(const PointDraws& draws) {
    const double t = 1.5 * kPi * (1 + 2 * draws.uniform(0));
    return {{t * std::cos(t) + 0.5 * draws.normal(0), t * std::sin(t) + 0.5 * draws.normal(1)}};
}

/// scikit-learn's make_moons with noise 0.1; class 0 is the one that opens downwards.
ShapePoint moons(const PointDraws& draws) {
    const double angle = kPi * draws.uniform(0);
    const bool outer = draws.uniform(1) < 0.5;
    const double x = outer ? std::cos(angle) : 1 - std::cos(angle);
    const double y = outer ? std::sin(angle) : 0.5 - std::sin(angle);
    return {{x + 0.1 * draws.normal(0), y + 0.1 * draws.normal(1)}, outer ? 0U : 1U};
}

/// scikit-learn's make_circles with factor 0.5 and noise 0.05; class 0 is the outer one.
ShapePoint circles(const PointDraws& draws) {
    const double angle = 2 * kPi * draws.uniform(0);
    const bool outer = draws.uniform(1) < 0.5;
    const double radius = outer ? 1.0 : 0.5;
    return {{radius * std::cos(angle) + 0.05 * draws.normal(0), radius * std::sin(angle) + 0.05 * draws.normal(1)},
            outer ? 0U : 1U};
}

/// The eight dark unit squares of a 4 × 4 board on [−2, 2]².
ShapePoint checkerboard(const PointDraws& draws) {
    const double x = 4 * draws.uniform(0) - 2;
    const double row = std::floor(2 * draws.uniform(1)) * 2;
    const double shift = std::fmod(std::floor(x) + 2, 2.0);
    return {{x, row + shift + draws.uniform(2) - 2}};
}

/// Eight Gaussians of deviation 0.2 on a circle of radius 2, class k at the angle kπ/4.
ShapePoint eight_gaussians(const PointDraws& draws) {
    const double which = std::floor(8 * draws.uniform(0));
    const double angle = kPi / 4 * which;
    return {{2 * std::cos(angle) + 0.2 * draws.normal(0), 2 * std::sin(angle) + 0.2 * draws.normal(1)},
            static_cast<std::uint32_t>(which)};
}

/// FFJORD's rings (Grathwohl et al. 2019): radii 3, 2.25, 1.5 and 0.75 from class 0 to 3, noise 0.08.
ShapePoint rings(const PointDraws& draws) {
    const double angle = 2 * kPi * draws.uniform(0);
    const double which = std::floor(4 * draws.uniform(1));
    const double radius = 3 - 0.75 * which;
    return {{radius * std::cos(angle) + 0.08 * draws.normal(0), radius * std::sin(angle) + 0.08 * draws.normal(1)},
            static_cast<std::uint32_t>(which)};
}

/// FFJORD's pinwheel: five arms of radial deviation 0.3 and tangential deviation 0.1 about radius 1, turned clockwise
/// by 2πk/5 + exp(radius)/4 and doubled; Johnson et al. 2016.
ShapePoint pinwheel(const PointDraws& draws) {
    const double which = std::floor(5 * draws.uniform(0));
    const double radial = 1 + 0.3 * draws.normal(0);
    const double tangential = 0.1 * draws.normal(1);
    const double angle = 2 * kPi / 5 * which + 0.25 * std::exp(radial);
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    return {{2 * (radial * c + tangential * s), 2 * (tangential * c - radial * s)}, static_cast<std::uint32_t>(which)};
}

/// Two arms r = t/3, t ≤ 3π, half a turn apart, as in FFJORD; even along the arms but for their beginnings; noise 0.1.
ShapePoint spirals(const PointDraws& draws) {
    const double t = 3 * kPi * std::sqrt(draws.uniform(0));
    const bool first = draws.uniform(1) < 0.5;
    const double radius = (first ? t : -t) / 3;
    return {{-radius * std::cos(t) + 0.1 * draws.normal(0), radius * std::sin(t) + 0.1 * draws.normal(1)},
            first ? 0U : 1U};
}

/// Coordinates 0 and 2 of scikit-learn's make_s_curve with noise 0.1.
ShapePoint s_curve(const PointDraws& draws) {
    const double t = 3 * kPi * (draws.uniform(0) - 0.5);
    return {{std::sin(t) + 0.1 * draws.normal(0), std::copysign(1.0, t) * (std::cos(t) - 1) + 0.1 * draws.normal(1)}};
}

ShapePoint drawing(const PointDraws& draws) {
    const Polyline::Place place = dinosaur().at(draws.uniform(0));
    return {{place[0] + 0.015 * draws.normal(0), place[1] + 0.015 * draws.normal(1)}};
}

constexpr Shape kShapes[] = {
    {"swiss_roll", "a spiral with noise 0.5 (scikit-learn's, coordinates 0 and 2)", 2, 0, Centre::common, swiss_roll},
    {"moons", "two interleaved half circles with noise 0.1", 2, 2, Centre::common, moons},
    {"circles", "two concentric circles, radii 1 and 0.5, with noise 0.05", 2, 2, Centre::common, circles},
    {"checkerboard", "the eight dark squares of a 4 x 4 board", 2, 0, Centre::common, checkerboard},
    {"eight_gaussians", "eight Gaussians of standard deviation 0.2 on a circle of radius 2", 2, 8, Centre::common,
     eight_gaussians},
    {"rings", "four concentric circles, radii 0.75 to 3, with noise 0.08", 2, 4, Centre::own, rings},
    {"pinwheel", "five bent arms", 2, 5, Centre::own, pinwheel},
    {"spirals", "two spiral arms with noise 0.1", 2, 2, Centre::own, spirals},
    {"s_curve", "an S with noise 0.1 (scikit-learn's, coordinates 0 and 2)", 2, 0, Centre::own, s_curve},
    {"drawing", "a dinosaur in fine lines", 2, 0, Centre::own, drawing},
};

}  // namespace

std::span<const Shape> plane_shapes() {
    return kShapes;
}

}  // namespace scorefield::data
