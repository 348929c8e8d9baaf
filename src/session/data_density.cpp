#include "session/data_density.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace scorefield::session {
namespace {

constexpr std::size_t kCells = 192;  ///< of the grid, along its longer side
constexpr double kReach = 3.5;       ///< standard deviations of the kernel around the data

/// Weights of a Gaussian at whole cells, which sum to 1.
std::vector<double> kernel_of(double deviation_in_cells) {
    const auto reach = static_cast<std::size_t>(std::ceil(4 * deviation_in_cells));
    std::vector<double> weights(2 * reach + 1);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double z = (static_cast<double>(i) - static_cast<double>(reach)) / deviation_in_cells;
        weights[i] = std::exp(-0.5 * z * z);
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= sum;
    return weights;
}

/// Convolves lines of `count` values that are `stride` apart, the first values of neighbouring lines `next` apart.
std::vector<double> blurred(const std::vector<double>& values, const std::vector<double>& kernel, std::size_t lines,
                            std::size_t next, std::size_t count, std::size_t stride) {
    const std::size_t reach = kernel.size() / 2;
    std::vector<double> out(values.size());
    for (std::size_t line = 0; line < lines; ++line) {
        for (std::size_t i = 0; i < count; ++i) {
            const double value = values[line * next + i * stride];
            if (value == 0) continue;
            const std::size_t from = i > reach ? i - reach : 0;
            const std::size_t to = std::min(i + reach, count - 1);
            for (std::size_t k = from; k <= to; ++k) out[line * next + k * stride] += value * kernel[k + reach - i];
        }
    }
    return out;
}

/// The log density of the cells that together hold each share, the densest first.
std::vector<double> thresholds_of(const std::vector<double>& mass, const std::vector<double>& log_density) {
    std::vector<std::size_t> order(mass.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return mass[a] > mass[b]; });
    const double total = std::accumulate(mass.begin(), mass.end(), 0.0);
    std::vector<double> thresholds;
    double sum = 0;
    for (const std::size_t i : order) {
        sum += mass[i];
        while (thresholds.size() < kEnclosedShares.size() && sum >= kEnclosedShares.at(thresholds.size()) * total) {
            thresholds.push_back(log_density[i]);
        }
    }
    thresholds.resize(kEnclosedShares.size(), -std::numeric_limits<double>::infinity());
    return thresholds;
}

}  // namespace

DataDensity::DataDensity(data::Points points, Kind kind)
    : points_(std::move(points)), kind_(kind), bounds_(render::bounds_of(points_.values, points_.dim)) {
    double variance = 0;
    for (std::size_t e = 0; e < points_.dim; ++e) {
        double sum = 0;
        double squares = 0;
        for (std::size_t i = 0; i < points_.count; ++i) {
            const auto x = static_cast<double>(points_.values[i * points_.dim + e]);
            sum += x;
            squares += x * x;
        }
        const auto count = static_cast<double>(points_.count);
        variance += std::max(0.0, squares / count - sum / count * (sum / count)) / static_cast<double>(points_.dim);
    }
    deviation_ = std::sqrt(variance);
}

DensityGrid DataDensity::at(const diffusion::Marginal& marginal) const {
    constexpr double kMorePoints = 1000;  // wide clouds with thin arms need a narrower kernel than Silverman's
    const double count = std::max(1.0, static_cast<double>(points_.count) * kMorePoints);
    const double of_draws = std::abs(marginal.alpha) * deviation_ * std::pow(count, -1.0 / 6);
    const double own = std::max(1e-6, kind_ == Kind::draws ? of_draws : 0);
    const double width = std::hypot(marginal.sigma, own);
    render::Bounds bounds;
    for (const std::size_t axis : {0U, 1U}) {
        bounds.low.at(axis) = marginal.alpha * bounds_.low.at(axis) - kReach * width;
        bounds.high.at(axis) = marginal.alpha * bounds_.high.at(axis) + kReach * width;
    }
    const double across = bounds.high[0] - bounds.low[0];
    const double up = bounds.high[1] - bounds.low[1];
    const double cell = std::max(across, up) / static_cast<double>(kCells);
    const auto cells = [&](double length) { return static_cast<std::size_t>(std::ceil(length / cell)) + 1; };
    const std::size_t columns = cells(across);
    const std::size_t rows = cells(up);
    bounds.high[0] = bounds.low[0] + static_cast<double>(columns - 1) * cell;
    bounds.high[1] = bounds.low[1] + static_cast<double>(rows - 1) * cell;

    std::vector<double> mass(columns * rows);
    for (std::size_t i = 0; i < points_.count; ++i) {
        const auto place = [&](std::size_t axis) {
            const auto x = static_cast<double>(points_.values[i * points_.dim + axis]);
            return (marginal.alpha * x - bounds.low.at(axis)) / cell;
        };
        const double column = place(0);
        const double row = place(1);
        const auto c = static_cast<std::size_t>(column);
        const auto r = static_cast<std::size_t>(row);
        const double right = column - static_cast<double>(c);
        const double above = row - static_cast<double>(r);
        mass[r * columns + c] += (1 - right) * (1 - above);
        mass[r * columns + c + 1] += right * (1 - above);
        mass[(r + 1) * columns + c] += (1 - right) * above;
        mass[(r + 1) * columns + c + 1] += right * above;
    }
    const std::vector<double> kernel = kernel_of(std::max(width / cell, 0.3));
    mass = blurred(mass, kernel, rows, columns, columns, 1);
    mass = blurred(mass, kernel, columns, 1, rows, columns);

    std::vector<double> log_density(mass.size());
    const double unit = static_cast<double>(points_.count) * cell * cell;
    // Far from all points a kernel of finite reach gives 0; contours need numbers there.
    constexpr double kLeast = 1e-30;
    for (std::size_t i = 0; i < mass.size(); ++i) log_density[i] = std::log(std::max(mass[i], kLeast) / unit);
    std::vector<double> thresholds = thresholds_of(mass, log_density);
    return {{bounds, columns, rows, std::move(log_density)}, std::move(thresholds)};
}

}  // namespace scorefield::session
