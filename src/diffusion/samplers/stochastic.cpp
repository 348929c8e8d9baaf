#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"
#include "diffusion/samplers/ancestral.hpp"
#include "diffusion/samplers/probability_flow.hpp"
#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

/// x ← state·x + denoised·x̂_0 + noise·z.
struct StochasticStep {
    double state = 0;
    double denoised = 0;
    double noise = 0;
};

/// Euler–Maruyama over t. With λ' = dλ/dt, g² = −2σ²λ' and score = (αx̂_0 − x)/σ², the drift is that of the probability
/// flow, (σ'/σ)x + αλ'x̂_0, and γ²λ'(αx̂_0 − x).
StochasticStep gamma_over_time(const TimeGrid& grid, const Step& step, double gamma) {
    const auto [alpha, sigma] = step.from.at;
    const MarginalRates rates = grid.rates_at(step.from.t);
    const double width = step.to.t - step.from.t;
    const double growth = rates.sigma / sigma;
    const double pull = rates.alpha - alpha * growth;  // αλ'
    if (gamma == 0) return {1 + width * growth, width * pull, 0};
    const double decay = gamma * gamma * pull / alpha;
    return {1 + width * (growth - decay), width * (pull + alpha * decay),
            gamma * sigma * std::sqrt(2 * width * pull / alpha)};
}

/// Euler–Maruyama on y = x/α over r = σ/α: dy = (1+γ²) ε̂ dr + γ√(2r) dw̄.
StochasticStep gamma_over_sigma(const Step& step, double gamma) {
    const auto [alpha, sigma] = step.from.at;
    const auto [to_alpha, to_sigma] = step.to.at;
    const double ratio = sigma / alpha;
    const double width = to_sigma / to_alpha - ratio;
    const double direction = (1 + gamma * gamma) * to_alpha * width / sigma;  // ε̂ = (x − αx̂_0)/σ
    return {to_alpha / alpha + direction, -direction * alpha, gamma * to_alpha * std::sqrt(-2 * ratio * width)};
}

/// All that is linear in x exactly, with x̂_0 held: in λ, d(x/σ) = −γ²(x/σ)dλ + (1+γ²)e^λ x̂_0 dλ + √2γ dw. Holds where
/// no signal is left, too.
StochasticStep gamma_exponential(const Step& step, double gamma) {
    const auto [alpha, sigma] = step.from.at;
    const auto [to_alpha, to_sigma] = step.to.at;
    const double kept = to_sigma * alpha / (to_alpha * sigma);  // e^−h, h the step in λ
    const double square = gamma * gamma;
    return {to_sigma / sigma * std::pow(kept, square), to_alpha * (1 - std::pow(kept, 1 + square)),
            to_sigma * std::sqrt(1 - std::pow(kept, 2 * square))};
}

/// The reverse SDEs with the process's marginals, dx = [f x − ½(1+γ²)g² score]dt + γ g dw̄ (Song et al. 2021, eq. 6 and
/// 13 for γ = 1 and 0; Karras et al. 2022, eq. 6), until the last node with noise, whose estimate of the data is the
/// end.
void emit_gamma(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const double gamma = settings.gamma.value();
    const bool exponential = settings.variant == "exponential";
    const Variable own = grid.process().variable();
    const bool time = settings.variable ? *settings.variable == "time" : own == Variable::time;
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
            continue;
        }
        // Euler's step is infinite where no signal is left, but for the flow over time.
        const bool infinite = step.from.at.alpha == 0 && (gamma > 0 || !time);
        const StochasticStep s = exponential || infinite ? gamma_exponential(step, gamma)
                                 : time                  ? gamma_over_time(grid, step, gamma)
                                                         : gamma_over_sigma(step, gamma);
        builder.combine(step.from, 0, 0, s.state, s.denoised, 1);
        if (s.noise != 0) builder.blend(0, {{0, 1}}, builder.increment(s.noise, step.from, step.to));
    }
}

/// k-diffusion's "Euler ancestral" for any process: Euler over σ/α down to less noise than the next level has, and up
/// again.
void emit_euler_ancestral(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
            continue;
        }
        const AncestralSplit split = ancestral_split(step, settings.eta.value());
        const double noise = settings.noise_scale.value() * split.noise;
        ancestral_descent(builder, step, split, 0, 1);
        if (noise != 0) builder.blend(0, {{0, 1}}, builder.increment(noise, step.from, step.to));
    }
}

/// Fresh noise up to (1+γ)·σ/α, γ = min(S_churn/N, √2−1) where S_tmin ≤ σ/α ≤ S_tmax; where the step starts then.
Node churned(ProgramBuilder& builder, const Step& step, const SamplerSettings& settings) {
    const ProbabilityFlow flow(builder, Variable::sigma);
    const double ratio = flow.coordinate(step.from);
    const double churn = settings.churn.value();
    const double highest = settings.churn_max.value_or(std::numeric_limits<double>::infinity());
    const bool inside = ratio >= settings.churn_min.value() && ratio <= highest;
    if (churn == 0 || !inside || !flow.finite_at(step.from)) return step.from;
    const double steps = static_cast<double>(builder.grid().steps().size());
    const double raised = ratio * (1 + std::min(churn / steps, std::numbers::sqrt2 - 1));
    const Node node = flow.node_at(raised);
    const double noise = settings.noise_scale.value() * node.at.alpha * std::sqrt(raised * raised - ratio * ratio);
    builder.blend(0, {{0, node.at.alpha / step.from.at.alpha}}, builder.increment(noise, step.from, step.to));
    return node;
}

/// Karras et al. 2022, algorithm 2, on x/α over σ/α.
void emit_edm_stochastic(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const double highest = settings.churn_max.value_or(std::numeric_limits<double>::infinity());
    if (settings.churn_min.value() > highest) {
        throw base::request_error("empty range", "`sampler.churn_min`", "it is above `sampler.churn_max`",
                                  "leave one of them out");
    }
    const ProbabilityFlow flow(builder, Variable::sigma);
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        const Node start = churned(builder, step, settings);
        if (step.last()) {
            builder.denoise(start, 0, 0);
        } else {
            runge_kutta_step(builder, flow, {step.index, start, step.to}, kHeun);
        }
    }
}

constexpr SamplerParameter kGamma = {"gamma", "scale of the noise, from 0: 0 = probability flow, 1 = reverse SDE", 1.0};
constexpr SamplerParameter kVariant = {"variant", "euler, or exponential (integrates the linear part exactly)",
                                       "euler"};
constexpr SamplerParameter kChurn = {"churn", "S_churn: amount of noise added over all steps", 40.0};
constexpr SamplerParameter kChurnMin = {"churn_min", "S_tmin: smallest sigma/alpha at which noise is added", 0.0};
constexpr SamplerParameter kChurnMax = {"churn_max", "S_tmax: largest sigma/alpha at which noise is added",
                                        PresetRule{"none"}};

constexpr std::array kGammaParameters = {kGamma,         kVariableParameter,  kVariant,
                                         kClipParameter, kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kAncestralParameters = {kAncestralEtaParameter, kNoiseScaleParameter, kClipParameter,
                                             kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kEdmParameters = {
    kChurn, kChurnMin, kChurnMax, kNoiseScaleParameter, kClipParameter, kThresholdParameter, kThresholdMaxParameter};
constexpr std::array<std::string_view, 2> kGammaVariants = {"euler", "exponential"};

constexpr std::array<SamplerEntry, 3> kSamplers = {{
    {{.name = "euler_ancestral",
      .help = "Euler with ancestral noise: first order",
      .parameters = kAncestralParameters,
      .stochastic = true,
      .predictor = true},
     emit_euler_ancestral},
    {{.name = "edm_stochastic",
      .help = "EDM: Heun with fresh noise before each step",
      .parameters = kEdmParameters,
      .stochastic = true,
      .least_alpha = kLeastAlphaOfExplicitSteps,
      .predictor = true},
     emit_edm_stochastic},
    {{.name = "gamma",
      .help = "reverse SDEs with the same marginals, by the scale of their noise: first order",
      .parameters = kGammaParameters,
      .variants = kGammaVariants,
      .stochastic = true,
      .least_alpha = kLeastAlphaOfExplicitSteps,
      .predictor = true},
     emit_gamma},
}};

}  // namespace

std::span<const SamplerEntry> stochastic_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
