#include "data/distances.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/thread_pool.hpp"

namespace scorefield::data {
namespace {

constexpr std::size_t kDirections = 512;
constexpr std::size_t kQuantiles = 2000;
constexpr double kPi = std::numbers::pi;

constexpr std::uint64_t kDirectionSeed = 0x51ce'd000'0000'0001;

using Direction = std::vector<double>;

void check(const Points& points, const std::string& which) {
    const std::string where = "the " + which + " set";
    if (points.count == 0) throw base::request_error("no distance", where, "it holds no points", "give at least one");
    if (points.dim < 1 || points.dim > kMaxDim) {
        throw base::request_error(
            "no distance", where,
            "its points have " + std::to_string(points.dim) + " coordinates, not 1 … " + std::to_string(kMaxDim),
            "give points with fewer coordinates");
    }
    if (!std::ranges::all_of(points.values, [](float value) { return std::isfinite(value); })) {
        throw base::request_error("no distance", where, "a value is not finite",
                                  "give points without NaN and infinite values");
    }
}

void check(const Points& a, const Points& b) {
    check(a, "first");
    check(b, "second");
    if (a.dim != b.dim) {
        throw base::request_error(
            "no distance", "both sets",
            "their points have " + std::to_string(a.dim) + " and " + std::to_string(b.dim) + " coordinates",
            "compare points of the same space");
    }
}

/// A unit vector, uniform on the sphere: normals divided by their length.
Direction random_direction(std::size_t dim, std::uint32_t number) {
    Direction direction(dim);
    double square = 0;
    for (std::size_t e = 0; e < dim; ++e) {
        const auto element = static_cast<std::uint32_t>(e);
        direction[e] = static_cast<double>(base::normal(kDirectionSeed, number, element, 0, base::kDataStream));
        square += direction[e] * direction[e];
    }
    for (double& coordinate : direction) coordinate /= std::sqrt(square);
    return direction;
}

std::vector<Direction> directions(std::size_t dim) {
    if (dim == 1) return {{1}};
    std::vector<Direction> result;
    for (std::size_t i = 0; i < kDirections; ++i) {
        const double place = (static_cast<double>(i) + 0.5) / kDirections;
        if (dim == 2) {
            result.push_back({std::cos(kPi * place), std::sin(kPi * place)});
        } else if (dim > 3) {
            result.push_back(random_direction(dim, static_cast<std::uint32_t>(i)));
        } else {
            const double radius = std::sqrt(1 - place * place);
            const double angle = kPi * (3 - std::sqrt(5.0)) * static_cast<double>(i);
            result.push_back({radius * std::cos(angle), radius * std::sin(angle), place});
        }
    }
    return result;
}

/// Sorted coordinates along `direction`.
std::vector<double> project(const Points& points, const Direction& direction) {
    std::vector<double> result(points.count);
    for (std::size_t i = 0; i < points.count; ++i) {
        for (std::size_t c = 0; c < points.dim; ++c) {
            result[i] += direction[c] * static_cast<double>(points.values[i * points.dim + c]);
        }
    }
    std::ranges::sort(result);
    return result;
}

double quantile(const std::vector<double>& sorted, double probability) {
    const double place = probability * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// The mean over all pairs of function(squared distance), the same for any number of threads.
template <typename Function>
double mean_over_pairs(const Points& a, const Points& b, const Function& function) {
    std::vector<double> sums(a.count);
    base::ThreadPool pool;
    pool.run(a.count, [&](std::size_t i) {
        double sum = 0;
        for (std::size_t j = 0; j < b.count; ++j) {
            double square = 0;
            for (std::size_t c = 0; c < a.dim; ++c) {
                const double difference =
                    static_cast<double>(a.values[i * a.dim + c]) - static_cast<double>(b.values[j * b.dim + c]);
                square += difference * difference;
            }
            sum += function(square);
        }
        sums[i] = sum;
    });
    double total = 0;
    for (const double sum : sums) total += sum;
    return total / static_cast<double>(a.count) / static_cast<double>(b.count);
}

}  // namespace

SlicedQuantiles::SlicedQuantiles(const Points& points, const std::string& which) {
    check(points, which);
    const std::vector<Direction> lines = directions(points.dim);
    directions_ = lines.size();
    values_.resize(directions_ * kQuantiles);
    base::ThreadPool pool;
    pool.run(directions_, [&](std::size_t line) {
        const std::vector<double> sorted = project(points, lines[line]);
        for (std::size_t i = 0; i < kQuantiles; ++i) {
            values_[line * kQuantiles + i] = quantile(sorted, (static_cast<double>(i) + 0.5) / kQuantiles);
        }
    });
}

double sliced_w2(const SlicedQuantiles& a, const SlicedQuantiles& b) {
    double total = 0;
    for (std::size_t line = 0; line < a.directions_; ++line) {
        double sum = 0;
        for (std::size_t i = line * kQuantiles; i < (line + 1) * kQuantiles; ++i) {
            const double difference = a.values_[i] - b.values_[i];
            sum += difference * difference;
        }
        total += sum;
    }
    return std::sqrt(total / static_cast<double>(a.values_.size()));
}

double sliced_w2(const Points& a, const Points& b) {
    check(a, b);
    return sliced_w2(SlicedQuantiles(a), SlicedQuantiles(b));
}

double energy_distance(const Points& a, const Points& b) {
    check(a, b);
    const Points x = thinned(a, kPairwisePoints);
    const Points y = thinned(b, kPairwisePoints);
    const auto length = [](double square) { return std::sqrt(square); };
    const double square =
        2 * mean_over_pairs(x, y, length) - mean_over_pairs(x, x, length) - mean_over_pairs(y, y, length);
    return std::sqrt(std::max(square, 0.0));
}

double mmd(const Points& a, const Points& b) {
    check(a, b);
    const Points x = thinned(a, kPairwisePoints);
    const Points y = thinned(b, kPairwisePoints);
    const double scale = mean_over_pairs(y, y, [](double square) { return square; });
    if (!(scale > 0)) {
        throw base::request_error("no distance", "the second set", "all its points are equal",
                                  "compare with at least two different points");
    }
    const auto kernel = [scale](double square) {
        double sum = 0;
        for (const double width : {0.25, 0.5, 1.0, 2.0, 4.0}) sum += std::exp(-square / (2 * width * width * scale));
        return sum / 5;
    };
    const double square =
        mean_over_pairs(x, x, kernel) + mean_over_pairs(y, y, kernel) - 2 * mean_over_pairs(x, y, kernel);
    return std::sqrt(std::max(square, 0.0));
}

}  // namespace scorefield::data
