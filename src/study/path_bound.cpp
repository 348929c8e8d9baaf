#include "study/path_bound.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace scorefield::study {
namespace {

using diffusion::GaussianMixture;

constexpr double kRounding = 0x1p-24;

double score_at(const GaussianMixture& mixture, double x) {
    double score = 0;
    mixture.score({&x, 1}, {}, {&score, 1});
    return score;
}

/// What the score Σ r_k g_k of components, g_k = (μ_k − x)/v_k, loses in single precision. No answer g_k, exponent
/// (x − μ_k)²/(2v_k) or power of two takes more than 20 roundings of its terms' magnitudes; an exponent that is off by
/// ε turns its share r_k by ε, and all of them once more by way of their sum: 64 roundings leave room for both.
double score_rounding(const GaussianMixture& mixture, double x) {
    constexpr double kOperations = 64;
    const double log_density = mixture.log_density({&x, 1}, {})[0];
    const double score = score_at(mixture, x);
    double lost = std::abs(score);
    double exponents = 0;
    for (const GaussianMixture::Component& component : mixture.components()) {
        const double v = component.variances[0];
        const double offset = component.mean[0] - x;
        const double share = std::exp(std::log(component.weight / std::sqrt(2 * std::numbers::pi * v)) -
                                      offset * offset / (2 * v) - log_density);
        const double size = (offset * offset + std::abs(component.mean[0] * offset)) / v + 1;
        const double answer = offset / v;
        lost += share * ((std::abs(offset) + std::abs(component.mean[0])) / v + size * std::abs(answer - score));
        exponents = std::max(exponents, share * size);
    }
    return kOperations * kRounding * (lost + exponents * std::abs(score));
}

}  // namespace

PathBound::PathBound(const GaussianMixture& mixture, double step_size, double start)
    : mixture_(mixture), step_size_(step_size), x_(start) {}

void PathBound::step_to(double next) {
    const double here = drift(x_);
    const double spread = std::max(std::abs(drift(x_ + bound_) - here), std::abs(drift(x_ - bound_) - here));
    bound_ = spread + rounding(next);
    x_ = next;
}

double PathBound::drift(double x) const {
    return x + step_size_ * score_at(mixture_, x);
}

/// A bound on the rounding of the sum of state, score and noise: each is rounded as a product, as its coefficient, and
/// twice in the sum.
double PathBound::rounding(double next) const {
    constexpr double kOperations = 4;
    const double pull = std::abs(drift(x_) - x_);
    const double noise = std::abs(next - drift(x_));
    return step_size_ * score_rounding(mixture_, x_) +
           kOperations * kRounding * (std::abs(x_) + pull + noise + std::abs(next));
}

double mode_between(const GaussianMixture& mixture, double low, double high) {
    constexpr int kHalvings = 64;
    for (int i = 0; i < kHalvings; ++i) {
        const double middle = (low + high) / 2;
        (score_at(mixture, middle) > 0 ? low : high) = middle;
    }
    return low;
}

}  // namespace scorefield::study
