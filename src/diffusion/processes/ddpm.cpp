#include "diffusion/processes/ddpm.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "base/names.hpp"

namespace scorefield::diffusion {
namespace {

constexpr double kCosineOffset = 0.008;
constexpr double kMaxCosineBeta = 0.999;

/// The angle whose squared cosine is the cosine schedules' f(k).
double cosine_angle(int k, int train_steps) {
    const double fraction = static_cast<double>(k) / train_steps;
    return std::numbers::pi / 2 * (fraction + kCosineOffset) / (1 + kCosineOffset);
}

std::vector<double> linear_betas(int train_steps, double first, double last) {
    std::vector<double> betas;
    betas.reserve(static_cast<std::size_t>(train_steps));
    for (int k = 0; k < train_steps; ++k) {
        betas.push_back(train_steps == 1 ? first : first + k * (last - first) / (train_steps - 1));
    }
    return betas;
}

std::vector<double> cosine_betas(int train_steps) {
    std::vector<double> betas;
    betas.reserve(static_cast<std::size_t>(train_steps));
    for (int k = 0; k < train_steps; ++k) {
        const double root = std::cos(cosine_angle(k + 1, train_steps)) / std::cos(cosine_angle(k, train_steps));
        betas.push_back(std::min(1 - root * root, kMaxCosineBeta));
    }
    return betas;
}

/// ᾱ by its logarithm, which does not stall above 0 as a product of tiny numbers does, and 1−ᾱ by its own recursion, so
/// that neither loses digits to the other.
std::vector<Marginal> accumulate(const std::vector<double>& betas) {
    std::vector<Marginal> marginals;
    double log_alpha_bar = 0;
    double variance = 0;
    for (const double beta : betas) {
        log_alpha_bar += std::log1p(-beta);
        variance = (1 - beta) * variance + beta;
        marginals.push_back({std::exp(log_alpha_bar / 2), std::sqrt(variance)});
    }
    return marginals;
}

/// ᾱ_k = f(k)/f(0); 1−ᾱ_k = sin(a_k − a_0)·sin(a_k + a_0)/f(0) without cancellation.
std::vector<Marginal> cosine_seed_marginals(int train_steps) {
    std::vector<Marginal> marginals;
    const double start = cosine_angle(0, train_steps);
    for (int k = 0; k < train_steps; ++k) {
        const double angle = cosine_angle(k, train_steps);
        const double variance = std::sin(angle - start) * std::sin(angle + start);
        marginals.push_back({std::cos(angle) / std::cos(start), std::sqrt(variance) / std::cos(start)});
    }
    return marginals;
}

int checked_train_steps(const ProcessSettings& settings) {
    const bool seed = settings.schedule == "cosine_seed";
    const double train_steps = settings.horizon.value_or(seed ? 40 : 1000);
    const int fewest = seed ? 2 : 1;
    if (!(train_steps >= fewest && train_steps <= kMaxTrainSteps && train_steps == std::floor(train_steps))) {
        throw base::request_error("number of noise levels out of range", "--process.T",
                                  fmt::format("{} is no whole number in {} … {}", train_steps, fewest, kMaxTrainSteps));
    }
    return static_cast<int>(train_steps);
}

struct BetaRange {
    double start = 1e-4;
    double end = 0.02;
};

BetaRange checked_betas(const ProcessSettings& settings) {
    const BetaRange range = {settings.beta_start.value_or(1e-4), settings.beta_end.value_or(0.02)};
    const auto inside = [](double beta) { return beta > 0 && beta < 1; };
    if (!inside(range.start)) {
        throw base::request_error("beta out of range", "--process.beta_start",
                                  fmt::format("{} is not between 0 and 1", range.start));
    }
    if (!inside(range.end) || range.end < range.start) {
        throw base::request_error("beta out of range", "--process.beta_end",
                                  fmt::format("{} is not between beta_start and 1", range.end));
    }
    return range;
}

}  // namespace

DdpmProcess::DdpmProcess(const ProcessSettings& settings) {
    const int train_steps = checked_train_steps(settings);
    if (settings.schedule == "linear") {
        const BetaRange range = checked_betas(settings);
        marginals_ = accumulate(linear_betas(train_steps, range.start, range.end));
    } else if (settings.schedule == "cosine") {
        marginals_ = accumulate(cosine_betas(train_steps));
    } else if (settings.schedule == "cosine_seed") {
        marginals_ = cosine_seed_marginals(train_steps);
    } else {
        throw base::request_error("unknown beta schedule '" + settings.schedule + "'", "--process.schedule",
                                  "no such name", base::name_hint(settings.schedule, kBetaSchedules));
    }
}

TimeRange DdpmProcess::times() const {
    const double lowest_noisy = marginals_.front().sigma > 0 ? 0 : 1;
    return {0, lowest_noisy, static_cast<double>(marginals_.size() - 1), true};
}

Marginal DdpmProcess::marginal(double t) const {
    assert(t >= 0 && t <= static_cast<double>(marginals_.size() - 1));
    const auto below = static_cast<std::size_t>(t);
    const double fraction = t - static_cast<double>(below);
    if (fraction == 0) return marginals_[below];
    const double lambda = std::lerp(log_snr_at(below), log_snr_at(below + 1), fraction);
    return {1 / std::sqrt(1 + std::exp(-2 * lambda)), 1 / std::sqrt(1 + std::exp(2 * lambda))};
}

LinearSde DdpmProcess::sde(double t) const {
    const auto above = std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(t)), 1, marginals_.size() - 1);
    const double slope = log_snr_at(above) - log_snr_at(above - 1);
    const Marginal at = marginal(t);
    // Variance-preserving: d log α = σ² dλ.
    return {at.sigma * at.sigma * slope, -2 * at.sigma * at.sigma * slope};
}

double DdpmProcess::time_at(double log_snr) const {
    const auto lowest = static_cast<std::ptrdiff_t>(times().lowest_noisy);
    // λ falls along the levels: the first level whose λ is not above the one sought.
    const auto found = std::partition_point(marginals_.begin() + lowest, marginals_.end(),
                                            [&](const Marginal& at) { return diffusion::log_snr(at) > log_snr; });
    if (found == marginals_.begin() + lowest) return static_cast<double>(lowest);
    if (found == marginals_.end()) return times().highest;
    const auto above = static_cast<std::size_t>(found - marginals_.begin());
    const double fraction = (log_snr_at(above - 1) - log_snr) / (log_snr_at(above - 1) - log_snr_at(above));
    return static_cast<double>(above - 1) + fraction;
}

double DdpmProcess::corrector_scale(double t, int /*steps*/) const {
    const auto level = static_cast<std::size_t>(t);
    const double before = level == 0 ? 1 : marginals_[level - 1].alpha;
    const double root = marginals_[level].alpha / before;
    return root * root;
}

}  // namespace scorefield::diffusion
