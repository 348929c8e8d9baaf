#include "diffusion/processes/ddpm.hpp"

#include <fmt/core.h>

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
    const int train_steps = settings.train_steps.value_or(seed ? 40 : 1000);
    const int fewest = seed ? 2 : 1;
    if (train_steps < fewest || train_steps > kMaxTrainSteps) {
        throw base::request_error("number of noise levels out of range", "--process.T",
                                  fmt::format("{} is not in {} … {}", train_steps, fewest, kMaxTrainSteps));
    }
    return train_steps;
}

void check_betas(const ProcessSettings& settings) {
    const auto inside = [](double beta) { return beta > 0 && beta < 1; };
    if (!inside(settings.beta_start)) {
        throw base::request_error("beta out of range", "--process.beta_start",
                                  fmt::format("{} is not between 0 and 1", settings.beta_start));
    }
    if (!inside(settings.beta_end) || settings.beta_end < settings.beta_start) {
        throw base::request_error("beta out of range", "--process.beta_end",
                                  fmt::format("{} is not between beta_start and 1", settings.beta_end));
    }
}

}  // namespace

DdpmProcess::DdpmProcess(const ProcessSettings& settings) {
    const int train_steps = checked_train_steps(settings);
    if (settings.schedule == "linear") {
        check_betas(settings);
        marginals_ = accumulate(linear_betas(train_steps, settings.beta_start, settings.beta_end));
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
    const auto k = static_cast<std::size_t>(t);
    assert(t >= 0 && static_cast<double>(k) == t && k < marginals_.size());
    return marginals_.at(k);
}

}  // namespace scorefield::diffusion
