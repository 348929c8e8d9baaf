#include "data/shapes.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <string>

#include "data/datasets.hpp"
#include "data/drawing.hpp"
#include "data/mixture.hpp"
#include "data/polyline.hpp"

namespace scorefield::data {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr std::size_t kCount = 40'000;

using Place = std::array<double, 3>;

Place place_of(const Points& points, std::size_t i) {
    Place place = {};
    for (std::size_t c = 0; c < points.dim; ++c) place[c] = static_cast<double>(points.values[i * points.dim + c]);
    return place;
}

struct Moments {
    Place mean = {};
    double square = 0;  ///< E|x|²
};

/// Over t from 1.5π to 4.5π: E[t cos t] = [t sin t + cos t]/3π, E[t sin t] = [sin t − t cos t]/3π, E[t²] = 9.75π².
constexpr double kRollSquare = 9.75 * kPi * kPi;
/// t uniform within ±1.5π: E[sin² + (cos − 1)²] = 2 − 2 E[cos] with E[cos] = sin(1.5π)/1.5π.
constexpr double kCurveSquare = 2 + 4 / (3 * kPi);

/// From the formulas of the sets, noise σ adding dσ² to the square. Of the curves the integrals along their lines were
/// computed independently in NumPy, from 400 000 lines (torus_knot, lissajous) and from the strokes (drawing).
const std::map<std::string, Moments> kExpected = {
    {"swiss_roll", {{2, 2 / (3 * kPi)}, kRollSquare + 0.5}},
    {"moons", {{0.5, 0.25}, (3.25 - 2 / kPi) / 2 + 0.02}},
    {"circles", {{}, 0.625 + 0.005}},
    {"checkerboard", {{}, 8.0 / 3}},
    {"eight_gaussians", {{}, 4 + 0.08}},
    {"rings", {{}, 0.75 * 0.75 * (1 + 4 + 9 + 16) / 4 + 2 * 0.08 * 0.08}},
    {"pinwheel", {{}, 4 * (1 + 0.09 + 0.01)}},
    {"spirals", {{}, kPi* kPi / 2 + 0.02}},
    {"s_curve", {{}, kCurveSquare + 0.02}},
    {"drawing", {{2.50282218, 1.33573174}, 10.07073452 + 2 * 0.015 * 0.015}},
    {"tree", {{}, 2}},
    {"mixture_a", {{0.8}, 0.3 * 4.04 + 0.7 * 5}},
    {"mixture_b", {{0.4}, 0.6 * 4.25 + 0.4 * 4.04}},
    {"mixture_c", {{0}, 10}},
    {"mixture_d", {{3, 3}, 52}},
    {"swiss_roll_3d", {{2, 10.5, 2 / (3 * kPi)}, kRollSquare + 147 + 0.75}},
    {"s_curve_3d", {{0, 1, 0}, kCurveSquare + 4.0 / 3 + 3 * 0.05 * 0.05}},
    {"torus_knot", {{}, 5.61605754 + 3 * 0.08 * 0.08}},
    {"lissajous", {{0, 3.3086e-4, 0}, 1.35298386 + 3 * 0.03 * 0.03}},
    {"double_helix", {{}, 1 + 4.5 * 4.5 / 12 + 3 * 0.06 * 0.06}},
    {"linked_rings", {{}, 1.25 + 3 * 0.05 * 0.05}},
    {"sphere", {{}, 1 + 3 * 0.03 * 0.03}},
    {"mobius", {{}, 1 + 1.0 / 12 + 3 * 0.02 * 0.02}},
};

/// The mean of `value(place)` over the points is `expected`, by six of its own standard errors.
void expect_mean(const Points& points, const std::function<double(const Place&)>& value, double expected,
                 const std::string& what) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < points.count; ++i) {
        const double one = value(place_of(points, i));
        sum += one;
        squares += one * one;
    }
    const auto count = static_cast<double>(points.count);
    const double variance = squares / count - sum * sum / count / count;
    EXPECT_NEAR(sum / count, expected, 6 * std::sqrt(variance / count)) << what;
}

TEST(Shapes, HaveTheMomentsOfTheirFormulas) {
    for (const DatasetInfo& info : builtin_datasets()) {
        const std::string name(info.name);
        ASSERT_TRUE(kExpected.contains(name)) << name;
        const Points points = open_dataset(name)->draw(1, 0, kCount);
        for (std::size_t c = 0; c < info.dim; ++c) {
            expect_mean(
                points, [c](const Place& p) { return p[c]; }, kExpected.at(name).mean[c], name);
        }
        expect_mean(
            points, [](const Place& p) { return p[0] * p[0] + p[1] * p[1] + p[2] * p[2]; }, kExpected.at(name).square,
            name);
    }
    EXPECT_EQ(builtin_datasets().size(), kExpected.size());
}

double wrapped(double angle) {
    return std::remainder(angle, 2 * kPi);
}

/// How far a point is from what the points of its class lie on without noise, along one direction across it.
using Distance = std::function<double(const Place&, std::uint32_t)>;

struct Lies {
    double noise = 0;
    Distance distance;
};

double along_ring(const Place& p, std::uint32_t label) {
    return std::hypot(p[0], p[1]) - (3 - 0.75 * label);
}

double along_arm(const Place& p, std::uint32_t label) {
    // (−cos t, sin t)·t/3, or its opposite: the radius nearest to the point's among the turns at its angle.
    const double angle = label == 0 ? std::atan2(p[1], -p[0]) : std::atan2(-p[1], p[0]);
    const double radius = std::hypot(p[0], p[1]);
    return wrapped(3 * radius - angle) / 3;
}

double along_knot(const Place& p, std::uint32_t /*label*/) {
    return std::hypot(std::hypot(p[0], p[1]) - 2, p[2]) - 1;
}

double along_strand(const Place& p, std::uint32_t label) {
    const double angle = 6 * kPi * p[1] / 4.5 + (label == 0 ? 0 : kPi);
    return std::hypot(p[0] - std::cos(angle), p[2] - std::sin(angle));
}

double along_link(const Place& p, std::uint32_t label) {
    return label == 0 ? std::hypot(std::hypot(p[0] + 0.5, p[1]) - 1, p[2])
                      : std::hypot(std::hypot(p[0] - 0.5, p[2]) - 1, p[1]);
}

/// Noise of deviation σ in three coordinates stays within 7σ in all 40 000 points but with probability 1e-5; the
/// strands rise by their angle, so noise along them counts up to 4.3 times.
const std::map<std::string, Lies> kLies = {
    {"moons",
     {0.1,
      [](const Place& p, std::uint32_t label) {
          return label == 0 ? std::hypot(p[0], p[1]) - 1 : std::hypot(p[0] - 1, p[1] - 0.5) - 1;
      }}},
    {"circles",
     {0.05, [](const Place& p, std::uint32_t label) { return std::hypot(p[0], p[1]) - (label == 0 ? 1 : 0.5); }}},
    {"eight_gaussians",
     {0.2,
      [](const Place& p, std::uint32_t label) {
          return std::hypot(p[0] - 2 * std::cos(kPi / 4 * label), p[1] - 2 * std::sin(kPi / 4 * label));
      }}},
    {"rings", {0.08, along_ring}},
    {"spirals", {0.1 * 1.5, along_arm}},
    {"torus_knot", {0.08, along_knot}},
    {"double_helix", {0.06 * 4.3, along_strand}},
    {"linked_rings", {0.05, along_link}},
    {"sphere", {0.03, [](const Place& p, std::uint32_t /*label*/) { return std::hypot(p[0], p[1], p[2]) - 1; }}},
};

TEST(Shapes, LieWhereTheirClassesDo) {
    for (const auto& [name, lies] : kLies) {
        const Points points = open_dataset(name)->draw(2, 0, kCount);
        for (std::size_t i = 0; i < points.count; ++i) {
            const std::uint32_t label = points.labels.empty() ? 0 : points.labels[i];
            ASSERT_LT(std::abs(lies.distance(place_of(points, i), label)), 7 * lies.noise) << name << " " << i;
        }
    }
}

TEST(Shapes, OfPinwheelAreOneArmTurned) {
    const Points points = open_dataset("pinwheel")->draw(3, 0, kCount);
    std::array<Place, 5> means = {};
    std::array<double, 5> counts = {};
    for (std::size_t i = 0; i < points.count; ++i) {
        const double turn = 2 * kPi / 5 * points.labels.at(i);
        const Place p = place_of(points, i);
        // Arms are turned clockwise: back.
        means.at(points.labels[i])[0] += p[0] * std::cos(turn) - p[1] * std::sin(turn);
        means.at(points.labels[i])[1] += p[0] * std::sin(turn) + p[1] * std::cos(turn);
        ++counts.at(points.labels[i]);
    }
    for (std::size_t k = 0; k < 5; ++k) {
        for (std::size_t c = 0; c < 2; ++c) {
            // Deviations below 1, 8 000 points each: six standard errors of a difference.
            EXPECT_NEAR(means.at(k)[c] / counts.at(k), means[0][c] / counts[0], 6 * std::sqrt(2.0 / 8000));
        }
    }
}

TEST(Shapes, OfMixturesHaveTheirWeightsAndComponents) {
    for (const std::string name : {"mixture_a", "mixture_b", "mixture_c", "mixture_d"}) {
        const std::vector<MixtureComponent> mixture = named_mixture(name);
        const Points points = open_dataset(name)->draw(4, 0, kCount);
        for (std::uint32_t label = 0; label < 2; ++label) {
            const MixtureComponent& component = mixture[label];
            double count = 0;
            double mean = 0;
            double square = 0;
            for (std::size_t i = 0; i < points.count; ++i) {
                if (points.labels.at(i) != label) continue;
                const double deviation = place_of(points, i)[0] - component.mean[0];
                ++count;
                mean += deviation;
                square += deviation * deviation;
            }
            const double weight = component.weight;
            const double variance = component.covariance[0];
            EXPECT_NEAR(count, kCount * weight, 6 * std::sqrt(kCount * weight * (1 - weight))) << name;
            EXPECT_NEAR(mean / count, 0, 6 * std::sqrt(variance / count)) << name;
            EXPECT_NEAR(square / count, variance, 6 * variance * std::sqrt(2 / count)) << name;
        }
    }
}

TEST(MixtureDraws, HaveTheCovariance) {
    const std::vector<double> covariance = {4, 1, -1, 1, 2, 0.5, -1, 0.5, 1};
    const MixtureDraws mixture({{2, {1, -2, 3}, covariance}});
    std::array<double, 9> sums = {};
    for (std::uint64_t i = 0; i < kCount; ++i) {
        const Place p = mixture(PointDraws(7, i)).place;
        const Place deviation = {p[0] - 1, p[1] + 2, p[2] - 3};
        for (std::size_t e = 0; e < 9; ++e) sums[e] += deviation[e / 3] * deviation[e % 3] / kCount;
    }
    for (std::size_t e = 0; e < 9; ++e) {
        // The variance of a product of two Gaussians is Σ_ii Σ_jj + Σ_ij².
        const double variance = covariance[4 * (e / 3)] * covariance[4 * (e % 3)] + covariance[e] * covariance[e];
        EXPECT_NEAR(sums[e], covariance[e], 6 * std::sqrt(variance / kCount)) << e;
    }
}

TEST(Polyline, IsUniformByLength) {
    Polyline line;
    line.add_stroke(std::vector<Place>{{0, 0, 0}, {3, 0, 0}, {3, 4, 0}});
    line.add_stroke(std::vector<Place>{{10, 0, 0}, {10, 0, 3}});
    EXPECT_DOUBLE_EQ(line.length(), 10);
    EXPECT_EQ(line.at(0), (Place{0, 0, 0}));
    EXPECT_EQ(line.at(0.5), (Place{3, 2, 0}));
    EXPECT_EQ(line.at(0.75), (Place{10, 0, 0.5}));
}

TEST(Polyline, CurvesPassThroughTheirKnots) {
    const std::vector<Place> knots = {{0, 0, 0}, {1, 2, 0}, {3, 1, 1}, {4, 4, -1}};
    Polyline open;
    open.add_curve(knots);
    EXPECT_EQ(open.at(0), knots[0]);
    for (const Place& knot : knots) {
        double nearest = 1;
        for (int i = 0; i < 2000; ++i) {
            const Place p = open.at(i / 2000.0);
            nearest = std::min(nearest, std::hypot(p[0] - knot[0], p[1] - knot[1], p[2] - knot[2]));
        }
        EXPECT_LT(nearest, open.length() / 2000);
    }
    Polyline straight;
    straight.add_curve(std::vector<Place>{{0, 0, 0}, {3, 4, 0}});
    EXPECT_NEAR(straight.length(), 5, 1e-14);
    // A closed curve is the same from whichever knot it begins.
    Polyline square;
    square.add_curve(std::vector<Place>{{1, 0, 0}, {0, 1, 0}, {-1, 0, 0}, {0, -1, 0}, {1, 0, 0}});
    Polyline turned;
    turned.add_curve(std::vector<Place>{{0, 1, 0}, {-1, 0, 0}, {0, -1, 0}, {1, 0, 0}, {0, 1, 0}});
    EXPECT_NEAR(square.length(), turned.length(), 1e-13);
    EXPECT_NEAR(square.at(0.5)[0], -1, 1e-13);
}

TEST(Drawing, HasPointsAlongAllItsLines) {
    // As long as the lines measured in NumPy from the same knots.
    EXPECT_NEAR(dinosaur().length(), 25.8164947, 1e-6);
    const Points points = open_dataset("drawing")->draw(1, 0, 4000);
    for (int step = 0; step < 400; ++step) {
        const Place p = dinosaur().at(step / 400.0);
        double nearest = 1;
        for (std::size_t i = 0; i < points.count; ++i) {
            const Place q = place_of(points, i);
            nearest = std::min(nearest, std::hypot(p[0] - q[0], p[1] - q[1]));
        }
        // 155 points on each unit of length: none within 0.1 of a place is e^-31.
        EXPECT_LT(nearest, 0.1) << step;
    }
}

}  // namespace
}  // namespace scorefield::data
