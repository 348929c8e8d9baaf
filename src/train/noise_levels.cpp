#include "train/noise_levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "train/normal.hpp"

namespace scorefield::train {
namespace {

using diffusion::AffineForm;
using diffusion::Marginal;
using diffusion::Node;
using diffusion::NoiseProcess;
using diffusion::Parametrisation;
using diffusion::Prediction;

constexpr std::string_view kEdm = "edm";
/// The least share of a normal distribution of levels that must lie within the process.
constexpr double kLeastShare = 0.01;
/// Levels at either end of a normal distribution of levels that reach to the end of the process: 1/256 of all.
constexpr int kTailLevels = kContinuousLevels / 256;
/// Where the process ends without signal, the ratio of noise to signal that the last of these levels has.
constexpr double kAlmostNoSignal = 1e4;

/// A time to learn at, and the one before it (one_step, elbo); none: the clean state.
struct LearningTime {
    double t = 0;
    std::optional<double> before = {};
};

double ratio(const Marginal& at) {
    return at.sigma / at.alpha;
}

/// The x below which a standard normal is with probability p, within a few roundings.
double normal_quantile(double p) {
    double low = -40;
    double high = 40;
    while (true) {
        const double middle = (low + high) / 2;
        if (middle <= low || middle >= high) return middle;
        (normal_probability(middle) < p ? low : high) = middle;
    }
}

LearningTime single_moment(const NoiseProcess& process, double sigma) {
    const double t = process.time_at(-std::log(sigma));
    const double found = ratio(process.marginal(t));
    if (std::abs(found / sigma - 1) < 1e-6) return {t};
    throw base::request_error("no such noise level", "`objective.sigma`",
                              fmt::format("{} has no noise level with sigma/alpha = {}", process.name(), sigma),
                              fmt::format("give {:.6g}, the nearest", found));
}

/// Ratios in geometric progression over all that the process has.
std::vector<LearningTime> geometric_moments(const NoiseProcess& process, std::size_t count) {
    const diffusion::TimeRange times = process.times();
    const double lowest = std::log(ratio(process.marginal(times.lowest_noisy)));
    const double highest = std::log(ratio(process.marginal(times.highest)));
    if (!std::isfinite(lowest) || !std::isfinite(highest)) {
        throw base::request_error("no geometric levels", "`objective` ncsn",
                                  fmt::format("the last noise level of {} has no signal", process.name()),
                                  "choose `process` ve");
    }
    std::vector<LearningTime> moments;
    for (std::size_t i = 0; i < count; ++i) {
        const double place = static_cast<double>(i) / static_cast<double>(count - 1);
        moments.push_back({process.time_at(-(lowest + place * (highest - lowest)))});
    }
    return moments;
}

base::Error outside_error(const NoiseProcess& process, const ObjectiveSettings& settings, double share) {
    const auto log_sigma = [&](double t) { return std::log(ratio(process.marginal(t))); };
    return base::request_error(
        "no such noise levels", "`objective.log_sigma_mean`",
        fmt::format("{} covers {:.2g} % of the distribution of ln sigma with mean {} and standard deviation {}",
                    process.name(), 100 * share, settings.log_sigma_mean, settings.log_sigma_deviation),
        fmt::format("choose a mean from {:.3g} to {:.3g}, or another `objective.log_sigma_deviation`",
                    log_sigma(process.times().lowest_noisy), log_sigma(process.times().highest)));
}

/// Quantiles of a standard normal distribution between `low` and `high`, in the middles of kContinuousLevels parts of
/// equal probability. The outermost kTailLevels at either end are spaced evenly up to that end: middles alone would
/// leave the far tail out, where samplers start, and a network answers anything for levels that it never saw.
std::vector<double> normal_levels(double low, double high) {
    const double first = normal_probability(low);
    const double share = normal_probability(high) - first;
    std::vector<double> levels(kContinuousLevels);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        levels[i] = normal_quantile(first + share * (static_cast<double>(i) + 0.5) / kContinuousLevels);
    }
    const auto stretch = [&](double end, auto level) {
        const double inner = level(kTailLevels);
        for (int i = 0; i < kTailLevels; ++i) {
            level(i) = end + (inner - end) * static_cast<double>(i) / static_cast<double>(kTailLevels);
        }
    };
    stretch(low, [&](int i) -> double& { return levels[static_cast<std::size_t>(i)]; });
    stretch(high, [&](int i) -> double& { return levels[levels.size() - 1 - static_cast<std::size_t>(i)]; });
    return levels;
}

std::vector<LearningTime> log_normal_moments(const NoiseProcess& process, const ObjectiveSettings& settings) {
    const diffusion::TimeRange times = process.times();
    const auto standardised = [&](double noise_to_signal) {
        return (std::log(noise_to_signal) - settings.log_sigma_mean) / settings.log_sigma_deviation;
    };
    const double least = ratio(process.marginal(times.lowest_noisy));
    const double most = ratio(process.marginal(times.highest));
    const double share = normal_probability(standardised(most)) - normal_probability(standardised(least));
    if (share < kLeastShare) throw outside_error(process, settings, share);
    std::vector<LearningTime> moments;
    for (const double level : normal_levels(standardised(least), standardised(std::min(most, kAlmostNoSignal)))) {
        const double log_sigma = settings.log_sigma_mean + settings.log_sigma_deviation * level;
        moments.push_back({std::clamp(process.time_at(-log_sigma), times.lowest_noisy, times.highest)});
    }
    return moments;
}

std::vector<LearningTime> whole_moments(const NoiseProcess& process) {
    const diffusion::TimeRange times = process.times();
    std::vector<LearningTime> moments;
    for (double t = times.lowest; t <= times.highest; t += 1) {
        moments.push_back({t, t > times.lowest ? std::optional(t - 1) : std::nullopt});
    }
    return moments;
}

std::vector<LearningTime> step_moments(const NoiseProcess& process, std::size_t steps) {
    const diffusion::TimeRange times = process.times();
    std::vector<LearningTime> moments;
    for (std::size_t i = 1; i <= steps; ++i) {
        const auto time = [&](std::size_t k) {
            return times.lowest + (times.highest - times.lowest) * static_cast<double>(k) / static_cast<double>(steps);
        };
        moments.push_back({time(i), time(i - 1)});
    }
    return moments;
}

std::vector<LearningTime> even_moments(const NoiseProcess& process) {
    const diffusion::TimeRange times = process.times();
    std::vector<LearningTime> moments;
    moments.reserve(kContinuousLevels);
    for (int i = 0; i < kContinuousLevels; ++i) {
        moments.push_back({times.lowest_noisy + (times.highest - times.lowest_noisy) * (i + 0.5) / kContinuousLevels});
    }
    return moments;
}

std::vector<LearningTime> moments_of(const NoiseProcess& process, Objective objective,
                                     const ObjectiveSettings& settings) {
    if (settings.sigma) return {single_moment(process, *settings.sigma)};
    if (objective == Objective::ncsn) return geometric_moments(process, settings.levels);
    if (objective == Objective::edm) return log_normal_moments(process, settings);
    if (process.times().discrete) return whole_moments(process);
    if (objective == Objective::one_step) return step_moments(process, settings.steps);
    if (process.name() == kEdm && objective == Objective::elbo) return geometric_moments(process, kContinuousLevels);
    if (process.name() == kEdm) return log_normal_moments(process, settings);
    return even_moments(process);
}

double square(double x) {
    return x * x;
}

/// By what a squared error of F is multiplied to be one of the data or the noise estimate; the two belong together as
/// α(D − x_0) = −σ(ε̂ − ε), and of each the form that is finite is used.
class SquaredErrors {
  public:
    SquaredErrors(const Parametrisation& parametrisation, const Node& node) : at_(node.at) {
        data_ = square(denoiser_form(parametrisation, node).c_out);
        noise_ = square(noise_form(parametrisation, node).c_out);
        score_ = square(score_form(parametrisation, node).c_out);
    }
    double data() const { return data_; }
    double noise() const { return noise_; }
    double score() const { return score_; }
    double v() const {
        const double total = square(square(at_.alpha) + square(at_.sigma));
        return noisy() ? data_ * total / square(at_.sigma) : noise_ * total / square(at_.alpha);
    }
    double velocity() const {
        const double total = square(at_.alpha + at_.sigma);
        return noisy() ? data_ * total / square(at_.sigma) : noise_ * total / square(at_.alpha);
    }
    /// With a weight of the data's error.
    double weighted_data(double weight) const { return weight * data_; }

  private:
    bool noisy() const { return at_.sigma > at_.alpha; }

    Marginal at_;
    double data_ = 0;
    double noise_ = 0;
    double score_ = 0;
};

double snr(const Marginal& at) {
    return square(at.alpha / at.sigma);
}

/// ½(SNR before − SNR) of a step, or −½ dSNR by what the levels are even in: t, or of edm log σ. Where SNR before is
/// infinite the reconstruction term of a decoder with the variance of that step, under a process that preserves
/// variance ½(SNR + 1) (Ho et al. 2020, eq. 12; Kingma et al. 2021, eq. 13 and 15).
double elbo_weight(const NoiseProcess& process, const LearningTime& moment) {
    const Marginal at = process.marginal(moment.t);
    if (process.name() == kEdm) return snr(at);
    if (!process.times().discrete) return snr(at) * process.sde(moment.t).diffusion / square(at.sigma) / 2;
    const double before =
        moment.before ? snr(process.marginal(*moment.before)) : std::numeric_limits<double>::infinity();
    return std::isfinite(before) ? (before - snr(at)) / 2 : (snr(at) + 1) / 2;
}

double weight_of(Objective objective, const ObjectiveSettings& settings, const NoiseProcess& process,
                 const Parametrisation& parametrisation, const LearningTime& moment, const Node& node) {
    const SquaredErrors errors(parametrisation, node);
    const double data_deviation = parametrisation.sigma_data;
    switch (objective) {
        case Objective::simple:
        case Objective::score_ou:
        case Objective::one_step:
            return errors.noise();
        case Objective::x0:
            return errors.data();
        case Objective::v:
            return errors.v();
        case Objective::flow:
            return errors.velocity();
        case Objective::elbo:
            return errors.weighted_data(elbo_weight(process, moment));
        case Objective::min_snr:
            return errors.weighted_data(std::min(snr(node.at), settings.gamma));
        case Objective::edm: {
            const double sigma = ratio(node.at);
            return errors.weighted_data((square(sigma) + square(data_deviation)) / square(sigma * data_deviation));
        }
        case Objective::dsm:
            return errors.score() / 2;
        case Objective::ncsn:
        case Objective::esm:
            return errors.noise() / 2;
        case Objective::ism:
        case Objective::ssm:
            break;
    }
    return 1;
}

/// What F should be for the state αx_0 + σε, as the factors of x_0 and ε.
std::pair<double, double> target_of(const Parametrisation& parametrisation, const Node& node) {
    const auto [alpha, sigma] = node.at;
    switch (parametrisation.prediction) {
        case Prediction::epsilon:
            return {0, 1};
        case Prediction::x0:
            return {1, 0};
        case Prediction::v:
            return {-sigma, alpha};
        case Prediction::score:
            return {0, -1 / sigma};
        case Prediction::velocity:
            return {-1, 1};
        case Prediction::edm:
            break;
    }
    const AffineForm form = denoiser_form(parametrisation, node);
    return {(1 - form.c_skip * alpha) / form.c_out, -form.c_skip * sigma / form.c_out};
}

/// The target is z, the noise of the step from `before`: E[z | x_t] is the noise of x_t times sigma_step/σ, so that the
/// minimiser is the score.
void make_one_step(NoiseLevel& level, const AffineForm& noise, const NoiseProcess& process,
                   const LearningTime& moment) {
    const Marginal before = moment.before ? process.marginal(*moment.before) : Marginal{};
    const double total = level.sigma;
    level.sigma = level.alpha * ratio(before);
    level.sigma_step = std::sqrt(std::max(0.0, square(total) - square(level.sigma)));
    const double of_z = total / level.sigma_step;
    level.weight *= square(level.sigma_step / total);
    level.of_data = -noise.c_skip * level.alpha / noise.c_out;
    level.of_noise = -noise.c_skip * level.sigma / noise.c_out;
    level.of_step = (of_z - noise.c_skip * level.sigma_step) / noise.c_out;
}

NoiseLevel make_level(const NoiseProcess& process, const Parametrisation& parametrisation, Objective objective,
                      const ObjectiveSettings& settings, const LearningTime& moment) {
    const Node node = {.t = moment.t, .at = process.marginal(moment.t), .c_in = 1, .c_noise = moment.t};
    const diffusion::NetworkInput input = network_input(parametrisation, node);
    const AffineForm noise = noise_form(parametrisation, node);
    NoiseLevel level;
    level.t = moment.t;
    level.c_noise = input.c_noise;
    level.c_in = input.c_in;
    level.alpha = node.at.alpha;
    level.sigma = node.at.sigma;
    std::tie(level.of_data, level.of_noise) = target_of(parametrisation, node);
    level.weight = weight_of(objective, settings, process, parametrisation, moment, node);
    if (objective == Objective::one_step) make_one_step(level, noise, process, moment);
    if (objective == Objective::ism || objective == Objective::ssm) {
        // σs = −ε̂.
        level.skip = -noise.c_skip / input.c_in;
        level.out = -noise.c_out;
        level.spread = node.at.sigma * input.c_in;
    }
    return level;
}

/// Within what single precision holds with room for sums of squares.
bool usable(const NoiseLevel& level, Objective objective) {
    constexpr double kLargest = 1e15;
    const auto tame = [](double x) { return std::abs(x) < kLargest; };  // false for NaN
    const bool noiseless_is_useless = objective == Objective::ism || objective == Objective::ssm ||
                                      objective == Objective::esm || objective == Objective::one_step;
    if (noiseless_is_useless && !(level.sigma + level.sigma_step > 0)) return false;
    return tame(level.c_noise) && tame(level.c_in) && tame(level.of_data) && tame(level.of_noise) &&
           tame(level.of_step) && tame(level.weight) && tame(level.skip) && tame(level.out) && tame(level.spread);
}

}  // namespace

std::vector<NoiseLevel> noise_levels(const NoiseProcess& process, const Parametrisation& parametrisation,
                                     Objective objective, const ObjectiveSettings& settings) {
    std::vector<NoiseLevel> levels;
    for (const LearningTime& moment : moments_of(process, objective, settings)) {
        const NoiseLevel level = make_level(process, parametrisation, objective, settings, moment);
        if (usable(level, objective)) levels.push_back(level);
    }
    if (!levels.empty()) return levels;
    throw base::request_error("nothing to learn from", "`objective` " + std::string(objective_name(objective)),
                              fmt::format("its loss is infinite at every noise level of {}", process.name()),
                              "choose another objective or process");
}

double zero_output_loss(const std::vector<NoiseLevel>& levels, Objective objective) {
    double sum = 0;
    for (const NoiseLevel& level : levels) {
        const bool implicit = objective == Objective::ism || objective == Objective::ssm;
        const double state = square(level.c_in) * (square(level.alpha) + square(level.sigma));
        sum += implicit ? std::abs(level.spread * level.skip) + square(level.skip) * state / 2
                        : level.weight * (square(level.of_data) + square(level.of_noise) + square(level.of_step));
    }
    return sum / static_cast<double>(levels.size());
}

}  // namespace scorefield::train
