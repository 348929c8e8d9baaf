#include "diffusion/target_empirical.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"
#include "base/random.hpp"

namespace scorefield::diffusion {
namespace {

int checked_dim(std::span<const float> points, std::size_t dim) {
    const auto refuse = [](const std::string& where, const std::string& why) {
        throw base::request_error("invalid data points", where, why);
    };
    if (dim < 1 || dim > 3) refuse("", fmt::format("{} dimensions are not 1, 2 or 3", dim));
    if (points.empty()) refuse("", "there are none");
    if (points.size() % dim != 0) refuse("", fmt::format("{} values are not points of {}", points.size(), dim));
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!std::isfinite(points[i])) refuse(fmt::format("point {}", i / dim), "a number is not finite");
    }
    return static_cast<int>(dim);
}

template <std::size_t D>
using Vector = std::array<double, D>;

template <std::size_t D>
Vector<D> point_at(std::span<const float> points, std::size_t i) {
    Vector<D> point;
    for (std::size_t e = 0; e < D; ++e) point[e] = static_cast<double>(points[i * D + e]);
    return point;
}

template <std::size_t D>
std::size_t nearest_point(std::span<const float> points, const double* x, double alpha) {
    std::size_t nearest = 0;
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < points.size() / D; ++i) {
        double square = 0;
        for (std::size_t e = 0; e < D; ++e) {
            const double offset = x[e] - alpha * static_cast<double>(points[i * D + e]);
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
template <std::size_t D>
void evaluate_point(std::span<const float> points, const double* x, const Marginal& at, std::size_t row,
                    const TargetAnswers& answers) {
    const Vector<D> nearest = point_at<D>(points, nearest_point<D>(points, x, at.alpha));
    Vector<D> y;
    double square = 0;
    for (std::size_t e = 0; e < D; ++e) {
        y[e] = x[e] - at.alpha * nearest[e];
        square += y[e] * y[e];
    }
    const double two_variances = 2 * at.sigma * at.sigma;
    double sum = 0;
    Vector<D> shift = {};
    for (std::size_t i = 0; i < points.size() / D; ++i) {
        const Vector<D> point = point_at<D>(points, i);
        double gap = 0;
        for (std::size_t e = 0; e < D; ++e) {
            const double offset = at.alpha * (point[e] - nearest[e]);
            gap += offset * (2 * y[e] - offset);
        }
        const double weight = gap < 0 ? std::exp(gap / two_variances) : 1;
        sum += weight;
        for (std::size_t e = 0; e < D; ++e) shift[e] += weight * (point[e] - nearest[e]);
    }
    if (!answers.log_density.empty()) {
        const std::size_t count = points.size() / D;
        answers.log_density[row] = std::log(sum / static_cast<double>(count)) - square / two_variances -
                                   static_cast<double>(D) * std::log(std::sqrt(2 * std::numbers::pi) * at.sigma);
    }
    for (std::size_t e = 0; e < D; ++e) {
        const double offset = y[e] - at.alpha * shift[e] / sum;
        if (!answers.score.empty()) answers.score[row * D + e] = -offset / at.sigma / at.sigma;
        if (!answers.denoised.empty()) answers.denoised[row * D + e] = nearest[e] + shift[e] / sum;
    }
}

}  // namespace

EmpiricalTarget::EmpiricalTarget(std::span<const float> points, std::size_t dim, const std::string& name)
    : Target(name, checked_dim(points, dim)), points_(points.begin(), points.end()) {}

void EmpiricalTarget::evaluate(std::span<const double> x, const Marginal& at, const TargetAnswers& answers) const {
    const auto d = static_cast<std::size_t>(dim());
    for (std::size_t row = 0; row < x.size() / d; ++row) {
        if (d == 1) evaluate_point<1>(points_, &x[row], at, row, answers);
        if (d == 2) evaluate_point<2>(points_, &x[row * 2], at, row, answers);
        if (d == 3) evaluate_point<3>(points_, &x[row * 3], at, row, answers);
    }
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
    for (std::uint32_t i = 0; i < range.count; ++i) {
        const std::uint32_t particle = range.first + i;
        const double u = base::uniform(seed, particle, 0, 0, base::kDataStream);
        const auto chosen = static_cast<std::size_t>(u * static_cast<double>(count()));  // u < 1
        const auto z = base::normal4(seed, particle, 0, 1, base::kDataStream);
        for (std::size_t e = 0; e < d; ++e) {
            points[i * d + e] =
                at.alpha * static_cast<double>(points_[chosen * d + e]) + at.sigma * static_cast<double>(z[e]);
        }
    }
}

}  // namespace scorefield::diffusion
