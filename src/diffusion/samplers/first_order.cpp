#include <array>
#include <cmath>

#include "diffusion/samplers/ancestral.hpp"
#include "diffusion/samplers/probability_flow.hpp"
#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

/// register 0 ← data·x̂_0 + noise·ε̂, ε̂ that of the estimate of the data before it is limited.
void combine_raw(ProgramBuilder& builder, const Node& node, double data, double noise) {
    const auto [alpha, sigma] = node.at;
    if (alpha >= sigma) {
        builder.estimate_noise(node, 0, 1);
        builder.blend(2, {{0, 1 / alpha}, {1, -sigma / alpha}});
    } else {
        builder.estimate_data(node, 0, 2);
        builder.blend(1, {{0, 1 / sigma}, {2, -alpha / sigma}});
    }
    builder.limit(2);
    builder.blend(0, {{2, data}, {1, noise}});
}

/// DDIM(η): x_s = α_s x̂_0 + √(σ_s²−ς²) ε̂ + ς z, ς² = η²(σ_s²/σ_t²)(σ_t² − σ_s²α_t²/α_s²) (Song, Meng, Ermon 2021,
/// eq. 12 and 16, for any alpha and sigma).
void emit_ddim(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const bool raw = settings.limited_noise == false;
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
            continue;
        }
        const AncestralSplit split = ancestral_split(step, settings.eta.value());
        if (raw) {
            combine_raw(builder, step.from, step.to.at.alpha, split.remaining);
        } else {
            ancestral_descent(builder, step, split, 0, 1);
        }
        if (split.noise != 0) builder.blend(0, {{0, 1}}, builder.increment(split.noise, step.from, step.to));
    }
}

/// DDIM run towards the noise (Song, Meng, Ermon 2021, section 4.3): the noise estimate of where the step starts holds
/// for all of it, or (order 2) the slopes of a Runge–Kutta step.
void emit_ddim_inverse(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    const bool raw = settings.limited_noise == false;
    const int order = settings.order.value();
    const ProbabilityFlow flow(builder);
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        const auto [alpha, sigma] = step.from.at;
        const auto [to_alpha, to_sigma] = step.to.at;
        if (order == 2) {
            runge_kutta_step(builder, flow, step, settings.variant == "midpoint" ? kMidpoint : kHeun);
        } else if (raw) {
            combine_raw(builder, step.from, to_alpha, to_sigma);
        } else if (builder.limits()) {
            builder.combine(step.from, 0, 0, to_sigma / sigma, to_alpha - to_sigma / sigma * alpha, 1);
        } else {
            builder.estimate_noise(step.from, 0, 1);
            builder.blend(0, {{0, to_alpha / alpha}, {1, to_sigma - sigma * to_alpha / alpha}});
        }
    }
}

double noise_variance(const Step& step, double variance, const SamplerSettings& settings) {
    const std::string kind = settings.variance.value();
    const double share = step.to.at.sigma * step.to.at.sigma / (step.from.at.sigma * step.from.at.sigma);
    if (kind == "none") return 0;
    if (kind == "small") return variance * share;
    if (kind == "mixed") return variance * std::pow(share, 1 - settings.mix.value());
    return variance;
}

/// Ancestral sampling over any sub-sequence of any process. With α_ts = α_t/α_s and the variance β = σ_t² − α_ts²σ_s²
/// of x_t given x_s: from ε (Ho et al. 2020, eq. 11) or from x̂_0 (eq. 7), with noise of variance β (large), β̃ =
/// (σ_s²/σ_t²)·β (small), between the two (Nichol & Dhariwal 2021, eq. 15) or none; none on the step to the clean state
/// unless final_noise.
void emit_ddpm(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings) {
    for (const Step& step : grid.steps()) {
        builder.begin_step(step.index);
        const double root = step.from.at.alpha / step.to.at.alpha;
        const double from_variance = step.from.at.sigma * step.from.at.sigma;
        const double to_variance = step.to.at.sigma * step.to.at.sigma;
        const double beta = from_variance - root * root * to_variance;
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
            const double noise = std::sqrt(noise_variance(step, beta, settings));
            if (settings.final_noise != true || noise == 0) continue;
            builder.blend(0, {{0, 1}}, builder.increment(noise, step.from, step.to));
            continue;
        }
        const double noise = std::sqrt(noise_variance(step, beta, settings));
        const std::vector<NoiseTerm> draws = builder.increment(noise, step.from, step.to);
        // The noise says nothing about data of which there is no signal.
        const bool from_noise = settings.form.value_or(root > 0 ? "epsilon" : "x0") == "epsilon" && !builder.limits();
        if (from_noise) {
            builder.estimate_noise(step.from, 0, 1);
            builder.blend(0, {{0, 1 / root}, {1, -beta / (step.from.at.sigma * root)}}, draws);
        } else {
            builder.denoise(step.from, 0, 1);
            builder.blend(0, {{0, root * to_variance / from_variance}, {1, step.to.at.alpha * beta / from_variance}},
                          draws);
        }
    }
}

constexpr SamplerParameter kEta = {"eta", "0 = deterministic (DDIM) … 1 = ancestral (DDPM)", 0.0};
constexpr SamplerParameter kForm = {"form", "epsilon or x0: form of the update, with the same result",
                                    PresetRule{"epsilon; x0 with clip or threshold, or without signal"}};
constexpr SamplerParameter kVariance = {
    "variance", "variance of a step: large (beta), small (posterior beta), mixed or none", "large"};
constexpr SamplerParameter kMix = {"mix", "for variance mixed, interpolation of log variance: 0 small … 1 large", 0.5};
constexpr SamplerParameter kFinalNoise = {"final_noise", "add noise in the last step too: on or off", false};

constexpr SamplerParameter kLimitedNoise = {
    "limited_noise", "with clip or threshold: recompute the noise from the clipped x0 (on) or keep it (off)", true};

constexpr std::array kDdimParameters = {kEta, kLimitedNoise, kClipParameter, kThresholdParameter,
                                        kThresholdMaxParameter};
constexpr SamplerParameter kInverseOrder = {"order", "order of accuracy: 1 or 2", 1};
constexpr SamplerParameter kInverseVariant = {"variant", "heun or midpoint (order 2)", "heun"};
constexpr std::array<std::string_view, 2> kInverseVariants = {"heun", "midpoint"};
constexpr std::array kInverseParameters = {kInverseOrder,  kInverseVariant,     kVariableParameter,    kLimitedNoise,
                                           kClipParameter, kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kDdpmParameters = {
    kForm, kVariance, kMix, kFinalNoise, kClipParameter, kThresholdParameter, kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 3> kSamplers = {{
    {{.name = "ddim",
      .help = "DDIM: first order, deterministic at eta 0",
      .parameters = kDdimParameters,
      .stochastic = true,
      .predictor = true},
     emit_ddim},
    {{.name = "ddpm",
      .help = "ancestral sampling: noise in every step except the last",
      .parameters = kDdpmParameters,
      .stochastic = true,
      .predictor = true},
     emit_ddpm},
    {{.name = "ddim_inverse",
      .help = "DDIM inversion: from data (`init`) to noise",
      .parameters = kInverseParameters,
      .variants = kInverseVariants,
      .most_order = 2,
      .from_data = true},
     emit_ddim_inverse},
}};

}  // namespace

std::span<const SamplerEntry> first_order_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
