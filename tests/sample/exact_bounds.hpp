#pragma once

// What single precision may cost an exact source at one point, worked out in double precision. Every rounding is
// counted as u = 2⁻²⁴ of what is rounded (a few u for divisions and roots: Vulkan's precision table) and carried on by
// the derivative of what follows: an exponent is off by δ_k, which turns responsibilities r_k into at most
// r_k·exp(δ_k + δ̄), δ̄ = log Σ r_m exp(δ_m) from their sum. An answer Σ r_k g_k is then off by at most
// Σ r_k (exp(δ_k + δ̄) − 1)|g_k − g| and by what the g_k themselves and the sums lose.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "diffusion/exact_score.hpp"
#include "diffusion/target_empirical.hpp"
#include "diffusion/target_mixture.hpp"
#include "rounding.hpp"

namespace scorefield::sample {

/// One component's or data point's share of an answer.
struct Share {
    double log_weight = 0;  ///< natural, up to what all have in common
    double log_error = 0;   ///< of the above
    std::vector<double> answer = {};
    std::vector<double> answer_error = {};
};

/// The bound of each coordinate of Σ r_k g_k. exp2 may lose 3 + 2|x| units in the last place; a dispatch adds up 64
/// terms at most, and each later one rounds three times; the largest exponent rises a few times. Where exponents are
/// quite uncertain the answer still is some mean of those g_k that may count.
inline std::vector<double> mean_error(std::vector<Share>& shares, std::size_t dim) {
    double largest = shares[0].log_weight;
    for (const Share& share : shares) largest = std::max(largest, share.log_weight);
    double sum = 0, largest_bound = -HUGE_VAL;
    for (Share& share : shares) {
        const double gap = largest - share.log_weight;
        share.log_error += kRounding * (gap + 2 * (3 + 2 * gap * std::numbers::log2e));
        largest_bound = std::max(largest_bound, share.log_error - gap);
        sum += std::exp(-gap);
    }
    double bound_sum = 0;  // log Σ exp(log_weight + δ) by its largest term
    for (const Share& share : shares) {
        bound_sum += std::exp(share.log_weight - largest + share.log_error - largest_bound);
    }
    const double common = largest_bound + std::log(bound_sum / sum);  // δ̄
    std::vector<double> mean(dim);
    for (const Share& share : shares) {
        const double r = std::exp(share.log_weight - largest) / sum;
        for (std::size_t e = 0; e < dim; ++e) mean[e] += r * share.answer[e];
    }
    const double sums = (150 + 3 * static_cast<double>(shares.size()) / 64) * kRounding;
    std::vector<double> error(dim);
    for (std::size_t e = 0; e < dim; ++e) {
        double moved = 0, farthest = 0, lost = 0;
        for (const Share& share : shares) {
            const double log_r = share.log_weight - largest - std::log(sum);
            const double r = std::exp(log_r);
            const double most = std::exp(std::min(0.0, log_r + share.log_error + common));
            moved += (most - r) * std::abs(share.answer[e] - mean[e]);
            if (most > kRounding) farthest = std::max(farthest, std::abs(share.answer[e] - mean[e]));
            lost += most * share.answer_error[e] + sums * r * (std::abs(share.answer[e]) + std::abs(mean[e]));
        }
        error[e] = std::min(moved, farthest + kRounding * moved) + lost;
    }
    return error;
}

/// For answers of_denoised·D + of_score·∇log p.
inline std::vector<double> mixture_error_bound(const diffusion::GaussianMixture& mixture, std::span<const double> x,
                                               const diffusion::Marginal& at, const diffusion::ExactForm& form) {
    const std::size_t d = x.size();
    std::vector<Share> shares;
    for (const auto& component : mixture.components()) {
        Share share = {.answer = std::vector<double>(d), .answer_error = std::vector<double>(d)};
        std::vector<double> o(d), o_error(d);
        for (std::size_t e = 0; e < d; ++e) {
            o[e] = x[e] - at.alpha * component.mean[e];
            o_error[e] = kRounding * (3 * std::abs(at.alpha * component.mean[e]) + std::abs(o[e]));
            share.answer[e] = form.of_denoised * component.mean[e];
            share.answer_error[e] = 3 * kRounding * std::abs(share.answer[e]);
        }
        const double log_weight = std::log(component.weight);
        share.log_weight = log_weight;
        share.log_error = kRounding * static_cast<double>(d + 2) * std::abs(log_weight);
        const double scale =
            at.alpha * at.alpha * mixture.components()[0].variances[0] + at.sigma * at.sigma;  // leaves small logs
        for (std::size_t j = 0; j < d; ++j) {
            const double lambda = component.variances[j];
            const double v = at.alpha * at.alpha * lambda + at.sigma * at.sigma;
            const double log_v = std::log(v / scale);
            share.log_weight -= log_v / 2;
            share.log_error += kRounding * static_cast<double>(d + 8) * std::abs(log_v) +
                               (8 * kRounding + 0x1p-21) / 2;  // v itself; log2 near 1
            double y = 0, y_error = 0;
            const double slope = (form.of_denoised * at.alpha * lambda - form.of_score) / v;
            const double slope_error = static_cast<double>(16 + 2 * d) * kRounding *
                                       (std::abs(form.of_denoised * at.alpha * lambda) + std::abs(form.of_score)) / v;
            for (std::size_t e = 0; e < d; ++e) {
                const double axis = component.axis(j, e);
                const double whiten = std::abs(axis) / std::sqrt(v);
                y += axis / std::sqrt(v) * o[e];
                y_error += whiten * (static_cast<double>(12 + d) * kRounding * std::abs(o[e]) + o_error[e]);
                for (std::size_t other = 0; other < d; ++other) {
                    const double product = axis * component.axis(j, other);
                    share.answer[e] += slope * product * o[other];
                    share.answer_error[e] +=
                        std::abs(product) * (slope_error * std::abs(o[other]) + std::abs(slope) * o_error[other]);
                }
            }
            share.log_weight -= y * y / 2;
            share.log_error +=
                std::abs(y) * y_error + y_error * y_error / 2 + static_cast<double>(d + 2) * kRounding * y * y / 2;
        }
        shares.push_back(share);
    }
    return mean_error(shares, d);
}

/// For a data set; the kernel's reference p is any point of float32, here its formula in double.
inline std::vector<double> empirical_error_bound(const diffusion::EmpiricalTarget& target, std::span<const double> x,
                                                 const diffusion::Marginal& at, const diffusion::ExactForm& form) {
    const std::size_t d = x.size();
    const std::span<const float> data = target.points();
    std::vector<double> low(d, HUGE_VAL), high(d, -HUGE_VAL);
    for (std::size_t i = 0; i < data.size(); ++i) {
        low[i % d] = std::min(low[i % d], static_cast<double>(data[i]));
        high[i % d] = std::max(high[i % d], static_cast<double>(data[i]));
    }
    double radius = 0, distance = 0, largest = 0;
    for (std::size_t e = 0; e < d; ++e) {
        const double centre = (low[e] + high[e]) / 2;
        radius += (high[e] - low[e]) * (high[e] - low[e]) / 4;
        distance += (x[e] - at.alpha * centre) * (x[e] - at.alpha * centre);
        largest = std::max(largest, std::abs(centre));
    }
    const double reach = std::max({std::sqrt(radius), 1e-6 * largest, 1e-12});
    const double shrink = 1 / std::max(at.alpha, std::sqrt(distance) / reach);
    const double variance = at.sigma * at.sigma;
    std::vector<double> p(d), y(d), y_error(d);
    for (std::size_t e = 0; e < d; ++e) {
        const double centre = (low[e] + high[e]) / 2;
        p[e] = centre + (x[e] - at.alpha * centre) * shrink;
        y[e] = x[e] - at.alpha * p[e];
        y_error[e] = kRounding * (2 * std::abs(at.alpha * p[e]) + std::abs(y[e]));
    }
    const double offset = -form.of_score / variance;  // of x − αD
    std::vector<Share> shares(data.size() / d);
    for (std::size_t i = 0; i < shares.size(); ++i) {
        shares[i].answer.resize(d);
        shares[i].answer_error.resize(d);
        for (std::size_t e = 0; e < d; ++e) {
            const double shift = static_cast<double>(data[i * d + e]) - p[e];
            const double linear = at.alpha / variance * y[e];
            const double quadratic = at.alpha * at.alpha / variance / 2 * shift;
            shares[i].log_weight += shift * (linear - quadratic);
            shares[i].log_error +=
                std::abs(shift) *
                    (at.alpha / variance * y_error[e] + kRounding * (3 * std::abs(linear) + 4 * std::abs(quadratic))) +
                static_cast<double>(d + 3) * kRounding * std::abs(shift) * std::abs(linear - quadratic);
            shares[i].answer[e] = shift;
            shares[i].answer_error[e] = kRounding * std::abs(shift);
        }
    }
    // What becomes of the mean shift: of_denoised·(p + shift) + offset·(y − α·shift).
    std::vector<double> error = mean_error(shares, d);
    for (std::size_t e = 0; e < d; ++e) {
        const double shift = 2 * reach;  // at most
        error[e] = (std::abs(form.of_denoised) + std::abs(offset * at.alpha)) * error[e] +
                   std::abs(offset) * (y_error[e] + 4 * kRounding * (std::abs(y[e]) + at.alpha * shift)) +
                   4 * kRounding * std::abs(form.of_denoised) * (std::abs(p[e]) + shift);
    }
    return error;
}

}  // namespace scorefield::sample
