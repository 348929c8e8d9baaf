#include "train/ncsnv2.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "train/normal.hpp"

namespace scorefield::train {
namespace {

/// The place of the least value of a function that falls, then rises, between two places.
template <class Function>
double least_place(double low, double high, const Function& value) {
    constexpr int kThirds = 200;
    for (int i = 0; i < kThirds; ++i) {
        const double third = (high - low) / 3;
        if (value(low + third) < value(high - third)) {
            high -= third;
        } else {
            low += third;
        }
    }
    return (low + high) / 2;
}

double square_distance(const data::Points& points, std::size_t i, std::size_t j) {
    double square = 0;
    for (std::size_t e = 0; e < points.dim; ++e) {
        const double shift = static_cast<double>(points.values[i * points.dim + e]) -
                             static_cast<double>(points.values[j * points.dim + e]);
        square += shift * shift;
    }
    return square;
}

}  // namespace

double largest_distance(const data::Points& points) {
    constexpr std::size_t kMostPoints = 8192;
    constexpr int kJumps = 8;
    double largest = 0;
    std::size_t from = 0;
    for (int i = 0; i < kJumps; ++i) {
        std::size_t farthest = from;
        for (std::size_t j = 0; j < points.count; ++j) {
            const double square = square_distance(points, from, j);
            if (square <= largest) continue;
            largest = square;
            farthest = j;
        }
        if (farthest == from) break;
        from = farthest;
    }
    const std::size_t stride = (points.count + kMostPoints - 1) / kMostPoints;
    for (std::size_t i = 0; i < points.count; i += stride) {
        for (std::size_t j = 0; j < i; j += stride) largest = std::max(largest, square_distance(points, i, j));
    }
    return std::sqrt(largest);
}

double geometric_ratio(std::size_t dim) {
    const double root = std::sqrt(2 * static_cast<double>(dim));
    const auto overlap = [&](double gamma) {
        const double shift = root * (gamma - 1);
        return normal_probability(shift + 3 * gamma) - normal_probability(shift - 3 * gamma);
    };
    double low = 1;
    double high = kWidestRatio;
    if (overlap(high) > 0.5) return high;
    while (true) {
        const double middle = (low + high) / 2;
        if (middle <= low || middle >= high) return middle;
        (overlap(middle) > 0.5 ? low : high) = middle;
    }
}

double variance_ratio(double gamma, double share, std::size_t iterations) {
    const double kept = (1 - share) * (1 - share);
    const double settled = 2 * share / (1 - kept);
    return std::pow(kept, static_cast<double>(iterations)) * (gamma * gamma - settled) + settled;
}

Ncsnv2Proposal propose_ncsnv2(const data::Points& points, double smallest_sigma) {
    Ncsnv2Proposal proposal;
    proposal.largest_sigma = largest_distance(points);
    if (!(smallest_sigma > 0 && smallest_sigma < proposal.largest_sigma)) {
        throw std::logic_error("the lowest level is not below the largest distance");
    }
    proposal.smallest_sigma = smallest_sigma;
    const double range = std::log(proposal.largest_sigma / smallest_sigma);
    proposal.levels = 1 + static_cast<std::size_t>(std::ceil(range / std::log(geometric_ratio(points.dim))));
    proposal.levels = std::max<std::size_t>(proposal.levels, 2);
    proposal.ratio = std::exp(range / static_cast<double>(proposal.levels - 1));
    double share = 0;
    do {
        ++proposal.iterations;
        share = least_place(1e-9, 1, [&](double u) { return variance_ratio(proposal.ratio, u, proposal.iterations); });
        proposal.variance_ratio = variance_ratio(proposal.ratio, share, proposal.iterations);
    } while (proposal.variance_ratio > 1 + kVarianceExcess);
    proposal.step_size = 2 * share * smallest_sigma * smallest_sigma;
    return proposal;
}

}  // namespace scorefield::train
