#include "diffusion/target_empirical.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/dim.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "data/points.hpp"

namespace scorefield::diffusion {
namespace {

int checked_dim(std::span<const float> points, std::size_t dim, const std::string& name) {
    const auto refuse = [&](const std::string& why, const std::string& hint) {
        throw base::request_error("invalid data points", name, why, hint);
    };
    if (dim < 1 || dim > data::kMaxDim) {
        refuse(fmt::format("{} dimensions are not 1 … {}", dim, data::kMaxDim), "give points with fewer coordinates");
    }
    if (points.empty()) refuse("there are none", "give at least one");
    if (points.size() % dim != 0) {
        refuse(fmt::format("{} values are not points of {}", points.size(), dim), "give all coordinates of each point");
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (std::isfinite(points[i])) continue;
        refuse(fmt::format("a coordinate of point {} is not finite", i / dim),
               "give points without NaN and infinite values");
    }
    return static_cast<int>(dim);
}

template <class Dim>
std::size_t nearest_point(Dim dim, std::span<const float> points, const double* x, double alpha) {
    std::size_t nearest = 0;
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < points.size() / dim; ++i) {
        double square = 0;
        for (std::size_t e = 0; e < dim; ++e) {
            const double offset = x[e] - alpha * static_cast<double>(points[i * dim + e]);
            square += offset * offset;
        }
        if (square < smallest) {
            smallest = square;
            nearest = i;
        }
    }
    return nearest;
}

/// Weights relative to the nearest point n, from differences that lose nothing far out: with y = x − αx_n and
/// e = α(x_i − x_n), ‖x − αx_i‖² − ‖y‖² = −e·(2y − e).
template <class Dim>
void evaluate_point(Dim dim, std::span<const float> points, const double* x, const Marginal& at, std::size_t row,
                    const TargetAnswers& answers) {
    const float* const nearest_values = &points[nearest_point(dim, points, x, at.alpha) * dim];
    auto nearest = base::per_coordinate<double>(dim);
    auto y = base::per_coordinate<double>(dim);
    double square = 0;
    for (std::size_t e = 0; e < dim; ++e) {
        nearest[e] = static_cast<double>(nearest_values[e]);
        y[e] = x[e] - at.alpha * nearest[e];
        square += y[e] * y[e];
    }
    const double two_variances = 2 * at.sigma * at.sigma;
    double sum = 0;
    auto shift = base::per_coordinate<double>(dim);
    for (std::size_t i = 0; i < points.size() / dim; ++i) {
        const float* const point = &points[i * dim];
        double gap = 0;
        for (std::size_t e = 0; e < dim; ++e) {
            const double offset = at.alpha * (static_cast<double>(point[e]) - nearest[e]);
            gap += offset * (2 * y[e] - offset);
        }
        const double weight = gap < 0 ? std::exp(gap / two_variances) : 1;
        sum += weight;
        for (std::size_t e = 0; e < dim; ++e) shift[e] += weight * (static_cast<double>(point[e]) - nearest[e]);
    }
    if (!answers.log_density.empty()) {
        const std::size_t count = points.size() / dim;
        answers.log_density[row] = std::log(sum / static_cast<double>(count)) - square / two_variances -
                                   static_cast<double>(dim) * std::log(std::sqrt(2 * std::numbers::pi) * at.sigma);
    }
    for (std::size_t e = 0; e < dim; ++e) {
        const double offset = y[e] - at.alpha * shift[e] / sum;
        if (!answers.score.empty()) answers.score[row * dim + e] = -offset / at.sigma / at.sigma;
        if (!answers.denoised.empty()) answers.denoised[row * dim + e] = nearest[e] + shift[e] / sum;
    }
}

}  // namespace

EmpiricalTarget::EmpiricalTarget(std::span<const float> points, std::size_t dim, const std::string& name)
    : Target(name, checked_dim(points, dim, name)), points_(points.begin(), points.end()) {}

void EmpiricalTarget::evaluate(std::span<const double> x, const Marginal& at, const TargetAnswers& answers) const {
    base::with_dim(static_cast<std::size_t>(dim()), [&](auto dim) {
        for (std::size_t row = 0; row < x.size() / dim; ++row) {
            evaluate_point(dim, points_, &x[row * dim], at, row, answers);
        }
    });
}

AxisMoments EmpiricalTarget::moments() const {
    const auto d = static_cast<std::size_t>(dim());
    const auto n = static_cast<double>(count());
    AxisMoments all = {std::vector<double>(d, 0.0), std::vector<double>(d, 0.0)};
    for (std::size_t i = 0; i < points_.size(); ++i) all.mean[i % d] += static_cast<double>(points_[i]) / n;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const double offset = static_cast<double>(points_[i]) - all.mean[i % d];
        all.variance[i % d] += offset * offset / n;
    }
    return all;
}

void EmpiricalTarget::draw(std::uint64_t seed, ParticleRange range, const Marginal& at,
                           std::span<double> points) const {
    const auto d = static_cast<std::size_t>(dim());
    std::vector<float> z(d);
    for (std::uint32_t i = 0; i < range.count; ++i) {
        const std::uint32_t particle = range.first + i;
        const double u = base::uniform(seed, particle, 0, 0, base::kDataStream);
        const auto chosen = static_cast<std::size_t>(u * static_cast<double>(count()));  // u < 1
        base::normals(seed, particle, 1, base::kDataStream, z);
        for (std::size_t e = 0; e < d; ++e) {
            points[i * d + e] =
                at.alpha * static_cast<double>(points_[chosen * d + e]) + at.sigma * static_cast<double>(z[e]);
        }
    }
}

}  // namespace scorefield::diffusion
