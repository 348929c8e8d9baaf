#include "diffusion/scheduler/levels.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "diffusion/processes/ddpm.hpp"
#include "diffusion/scheduler/timesteps.hpp"

namespace scorefield::diffusion {
namespace {

/// β_i = min(1 − ᾱ(i+1)/ᾱ(i), 0.999) of a function of i/T.
std::vector<double> betas_of(int count, const std::function<double(double)>& alpha_bar) {
    constexpr double kMost = 0.999;
    std::vector<double> betas;
    for (int i = 0; i < count; ++i) {
        const double ratio = alpha_bar(static_cast<double>(i + 1) / count) / alpha_bar(static_cast<double>(i) / count);
        betas.push_back(std::min(1 - ratio, kMost));
    }
    return betas;
}

double cosine_alpha_bar(double t) {
    const double root = std::cos((t + 0.008) / 1.008 * std::numbers::pi / 2);
    return root * root;
}

double laplace_alpha_bar(double t) {
    const double distance = 0.5 - t;
    const double log_snr = -0.5 * std::copysign(1, distance) * std::log(1 - 2 * std::abs(distance) + 1e-6);
    const double snr = std::exp(log_snr);
    return std::sqrt(snr / (1 + snr));
}

double exponential_alpha_bar(double t) {
    return std::exp(-12 * t);
}

std::vector<double> read_betas(const SchedulerConfig& config, const BetaPresets& presets) {
    std::vector<double> trained = config.numbers("trained_betas");
    const int count = config.integer("num_train_timesteps", 1000);
    if (count < 1 || count > kMaxTrainSteps)
        config.refuse("num_train_timesteps", "out of range", fmt::format("give 1 … {}", kMaxTrainSteps));
    if (!trained.empty()) {
        if (trained.size() != static_cast<std::size_t>(count)) {
            config.refuse("trained_betas", "not as many as num_train_timesteps",
                          fmt::format("set num_train_timesteps to {}", trained.size()));
        }
        return trained;
    }
    const double start = config.number("beta_start", presets.start);
    const double end = config.number("beta_end", presets.end);
    const std::string schedule = config.choice("beta_schedule", presets.schedule, presets.schedules);
    if (schedule == "squaredcos_cap_v2") return betas_of(count, cosine_alpha_bar);
    if (schedule == "laplace") return betas_of(count, laplace_alpha_bar);
    if (schedule == "exp") return betas_of(count, exponential_alpha_bar);
    if (!(start > 0 && start < 1)) config.refuse("beta_start", "not between 0 and 1", "give 0.0001, for example");
    if (!(end >= start && end < 1))
        config.refuse("beta_end", "not between beta_start and 1", fmt::format("give at least {}, below 1", start));
    if (schedule == "scaled_linear") {
        std::vector<double> betas = linspace(std::sqrt(start), std::sqrt(end), count);
        for (double& beta : betas) beta *= beta;
        return betas;
    }
    if (schedule == "sigmoid") {
        std::vector<double> betas = linspace(-6, 6, count);
        for (double& beta : betas) beta = (end - start) / (1 + std::exp(-beta)) + start;
        return betas;
    }
    return linspace(start, end, count);
}

/// √ᾱ shifted and scaled so that the last is 0 and the first is kept (Lin et al. 2024, algorithm 1).
void rescale(std::vector<double>& alpha_bar, double terminal) {
    const double first = std::sqrt(alpha_bar.front());
    const double last = std::sqrt(alpha_bar.back());
    for (double& value : alpha_bar) {
        const double root = (std::sqrt(value) - last) * first / (first - last);
        value = root * root;
    }
    alpha_bar.back() = terminal;
}

}  // namespace

NoiseLevels::NoiseLevels(const SchedulerConfig& config, const BetaPresets& presets) {
    double product = 1;
    for (const double beta : read_betas(config, presets)) {
        if (!(beta > 0 && beta < 1))
            config.refuse("trained_betas", "not all between 0 and 1", "give numbers > 0 and < 1");
        product *= 1 - beta;
        alpha_bar_.push_back(product);
    }
    // Beyond these, σ/α or its logarithm is not finite.
    const char* const said = config.has("trained_betas") ? "trained_betas" : "beta_end";
    if (alpha_bar_.front() == 1) config.refuse(said, "too small: the first timestep has no noise", "give larger betas");
    if (product < std::numeric_limits<double>::min())
        config.refuse(said, "too large: the last timestep has no signal", "give smaller betas, or fewer timesteps");
    if (config.flag("rescale_betas_zero_snr", false)) {
        if (count() == 1) config.refuse("rescale_betas_zero_snr", "needs at least two timesteps", "set it to false");
        rescale(alpha_bar_, presets.terminal);
    }
    std::vector<Marginal> marginals;
    for (int t = 0; t < count(); ++t) {
        marginals.push_back(marginal(t));
        ratios_.push_back(std::sqrt((1 - alpha_bar(t)) / alpha_bar(t)));
    }
    process_ = std::make_shared<DdpmProcess>(std::move(marginals));
}

Marginal NoiseLevels::marginal(int t) const {
    return {std::sqrt(alpha_bar(t)), std::sqrt(1 - alpha_bar(t))};
}

double NoiseLevels::ratio_at(double t) const {
    if (t <= 0) return ratios_.front();
    if (t >= count() - 1) return ratios_.back();
    const auto level = static_cast<std::size_t>(t);
    const double fraction = t - static_cast<double>(level);
    return ratios_[level] + fraction * (ratios_[level + 1] - ratios_[level]);
}

double NoiseLevels::time_of(double ratio) const {
    if (count() == 1) return 0;
    // From the end: where the last level is set by terminal SNR, the table need not increase there. By logarithms, in
    // which a ratio that is rounded just below a level is still that level.
    const double goal = std::log(ratio);
    const auto found =
        std::find_if(ratios_.rbegin(), ratios_.rend(), [&](double level) { return std::log(level) <= goal; });
    if (found == ratios_.rend()) return 0;
    const auto below = std::min(found.base() - 1, ratios_.end() - 2);
    const double low = std::log(*below);
    const double high = std::log(*(below + 1));
    const double fraction = low == high ? 0 : std::clamp((goal - low) / (high - low), 0.0, 1.0);
    return static_cast<double>(below - ratios_.begin()) + fraction;
}

}  // namespace scorefield::diffusion
