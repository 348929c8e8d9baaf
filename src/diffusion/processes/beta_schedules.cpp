#include "diffusion/processes/beta_schedules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "base/error.hpp"
#include "base/names.hpp"
#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {
namespace {

constexpr double kCosineOffset = 0.008;
constexpr double kMaxCosineBeta = 0.999;

/// Place k of `count` ≥ 2 even ones from first to last.
double even_value(int k, int count, double first, double last) {
    return first + k * (last - first) / (count - 1);
}

/// The angle whose squared cosine is the cosine schedules' f(k).
double cosine_angle(int k, int train_steps) {
    const double fraction = static_cast<double>(k) / train_steps;
    return std::numbers::pi / 2 * (fraction + kCosineOffset) / (1 + kCosineOffset);
}

double cosine_beta(int k, int train_steps) {
    const double root = std::cos(cosine_angle(k + 1, train_steps)) / std::cos(cosine_angle(k, train_steps));
    return std::min(1 - root * root, kMaxCosineBeta);
}

double sigmoid_beta(int k, int train_steps, double start, double end) {
    constexpr double kReach = 6;
    return start + (end - start) / (1 + std::exp(-even_value(k, train_steps, -kReach, kReach)));
}

std::vector<double> betas(const ProcessSettings& settings, int train_steps) {
    const bool scaled = settings.schedule == "scaled_linear";
    const double start = settings.beta_start.value_or(0);  // where the schedule has none, nothing reads it
    const double end = settings.beta_end.value_or(0);
    require_ordered("beta_start", start, "beta_end", end, true);
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(train_steps));
    for (int k = 0; k < train_steps; ++k) {
        if (scaled) {
            const double root = even_value(k, train_steps, std::sqrt(start), std::sqrt(end));
            values.push_back(root * root);
        } else if (settings.schedule == "cosine") {
            values.push_back(cosine_beta(k, train_steps));
        } else if (settings.schedule == "constant") {
            values.push_back(settings.beta.value());
        } else if (settings.schedule == "sigmoid") {
            values.push_back(sigmoid_beta(k, train_steps, start, end));
        } else {
            values.push_back(even_value(k, train_steps, start, end));
        }
    }
    return values;
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

/// Zero terminal SNR (Lin et al. 2024, algorithm 1): √ᾱ shifted so that the last is 0 and scaled so that the first
/// stays. 1−ᾱ by its growth over the first, which keeps the digits of small noise.
void leave_no_signal(std::vector<Marginal>& marginals) {
    const Marginal first = marginals.front();
    const double last = marginals.back().alpha;
    for (Marginal& at : marginals) {
        const double fall = (at.sigma * at.sigma - first.sigma * first.sigma) / (first.alpha + at.alpha);
        const double alpha = (at.alpha - last) * first.alpha / (first.alpha - last);
        const double new_fall = fall * first.alpha / (first.alpha - last);
        at = {alpha, std::sqrt(first.sigma * first.sigma + new_fall * (first.alpha + alpha))};
    }
    marginals.front() = first;
    marginals.back() = {0, 1};
}

constexpr ProcessParameter kSchedule = {.name = "schedule", .help = "β schedule", .preset = kBetaSchedules.front()};
constexpr ProcessParameter kZeroSnr = {
    .name = "zero_snr", .help = "Rescale to zero terminal SNR: on or off", .preset = false};

constexpr ProcessParameter levels(int preset) {
    return {.name = "T",
            .help = "Number of timesteps",
            .preset = preset,
            .low = 2,
            .high = kMaxTrainSteps,
            .with_low = true,
            .whole = true};
}

constexpr ProcessParameter variance(std::string_view name, std::string_view help, double preset) {
    return {.name = name, .help = help, .preset = preset, .low = 0, .high = 1, .below_high = true};
}

constexpr ProcessParameter kStart = variance("beta_start", "β at the first timestep", 1e-4);
constexpr ProcessParameter kEnd = variance("beta_end", "β at the last timestep", 0.02);
constexpr ProcessParameter kScaledStart = variance("beta_start", "β at the first timestep", 8.5e-4);
constexpr ProcessParameter kScaledEnd = variance("beta_end", "β at the last timestep", 0.012);
constexpr ProcessParameter kBeta = variance("beta", "β at every timestep", 0.05);

constexpr std::array kRange = {kSchedule, levels(1000), kStart, kEnd, kZeroSnr};
constexpr std::array kScaledRange = {kSchedule, levels(1000), kScaledStart, kScaledEnd, kZeroSnr};
constexpr std::array kCosine = {kSchedule, levels(1000), kZeroSnr};
constexpr std::array kConstant = {kSchedule, levels(1000), kBeta, kZeroSnr};
constexpr std::array kCosineSeed = {kSchedule, levels(40), kZeroSnr};

}  // namespace

std::span<const ProcessParameter> schedule_parameters(std::string_view schedule) {
    if (schedule == "linear" || schedule == "sigmoid") return kRange;
    if (schedule == "scaled_linear") return kScaledRange;
    if (schedule == "cosine") return kCosine;
    if (schedule == "constant") return kConstant;
    if (schedule == "cosine_seed") return kCosineSeed;
    throw base::request_error("unknown beta schedule '" + std::string(schedule) + "'", "`process.schedule`",
                              "no such name", base::name_hint(schedule, kBetaSchedules));
}

std::vector<Marginal> schedule_marginals(const ProcessSettings& settings) {
    const bool seed = settings.schedule == "cosine_seed";
    const int train_steps = static_cast<int>(settings.horizon.value());
    std::vector<Marginal> marginals =
        seed ? cosine_seed_marginals(train_steps) : accumulate(betas(settings, train_steps));
    if (settings.zero_snr.value()) leave_no_signal(marginals);
    return marginals;
}

}  // namespace scorefield::diffusion
