#include <array>
#include <cmath>

#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

/// DDIM(η): x_s = α_s x̂_0 + √(σ_s²−ς²) ε̂ + ς z, ς² = η²(σ_s²/σ_t²)(σ_t² − σ_s²α_t²/α_s²) (Song, Meng, Ermon 2021,
/// eq. 12 and 16, for any alpha and sigma).
void emit_ddim(ProgramBuilder& builder, const Course& course, const SamplerSettings& settings) {
    const double eta = settings.eta.value_or(0);
    for (const Step& step : course.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
            continue;
        }
        const auto [alpha, sigma] = step.from.at;
        const auto [to_alpha, to_sigma] = step.to.at;
        const double ratio = to_sigma * alpha / to_alpha;
        const double noise = eta * to_sigma / sigma * std::sqrt(sigma * sigma - ratio * ratio);
        const double direction = std::sqrt(to_sigma * to_sigma - noise * noise);
        // ε̂ = (x − αx̂_0)/σ
        builder.combine(step.from, 0, 0, direction / sigma, to_alpha - direction * alpha / sigma, 1);
        if (noise != 0) builder.blend(0, {{0, 1}}, builder.increment(noise, step.from, step.to));
    }
}

double noise_variance(const Step& step, double variance, const SamplerSettings& settings) {
    const std::string kind = settings.variance.value_or("large");
    const double share = step.to.at.sigma * step.to.at.sigma / (step.from.at.sigma * step.from.at.sigma);
    if (kind == "none") return 0;
    if (kind == "small") return variance * share;
    if (kind == "mixed") return variance * std::pow(share, 1 - settings.mix.value_or(0.5));
    return variance;
}

/// Ancestral sampling over any sub-sequence of any process. With α_ts = α_t/α_s and the variance β = σ_t² − α_ts²σ_s²
/// of x_t given x_s: from ε (Ho et al. 2020, eq. 11) or from x̂_0 (eq. 7), with noise of variance β (large), β̃ =
/// (σ_s²/σ_t²)·β (small), between the two (Nichol & Dhariwal 2021, eq. 15) or none; none on the step to the clean state
/// unless final_noise.
void emit_ddpm(ProgramBuilder& builder, const Course& course, const SamplerSettings& settings) {
    const bool from_noise = settings.form.value_or("epsilon") == "epsilon" && !builder.limits();
    for (const Step& step : course.steps()) {
        builder.begin_step(step.index);
        const double root = step.from.at.alpha / step.to.at.alpha;
        const double from_variance = step.from.at.sigma * step.from.at.sigma;
        const double to_variance = step.to.at.sigma * step.to.at.sigma;
        const double beta = from_variance - root * root * to_variance;
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
            const double noise = std::sqrt(noise_variance(step, beta, settings));
            if (!settings.final_noise.value_or(false) || noise == 0) continue;
            builder.blend(0, {{0, 1}}, builder.increment(noise, step.from, step.to));
            continue;
        }
        const double noise = std::sqrt(noise_variance(step, beta, settings));
        const std::vector<NoiseTerm> draws = builder.increment(noise, step.from, step.to);
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

constexpr SamplerParameter kEta = {"eta", "share of the ancestral noise: 0 deterministic … 1 ancestral", "0"};
constexpr SamplerParameter kForm = {"form", "epsilon or x0: which estimate the step is written in; the same states",
                                    "epsilon, x0 where estimates are limited"};
constexpr SamplerParameter kVariance = {
    "variance", "noise of a step: large (beta), small (beta of the posterior), mixed or none", "large"};
constexpr SamplerParameter kMix = {"mix", "where mixed variance lies, in the logarithm: 0 small … 1 large", "0.5"};
constexpr SamplerParameter kFinalNoise = {"final_noise", "noise on the last step too: on or off", "off"};

constexpr std::array kDdimParameters = {kEta, kClipParameter, kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kDdpmParameters = {
    kForm, kVariance, kMix, kFinalNoise, kClipParameter, kThresholdParameter, kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 2> kSamplers = {{
    {{.name = "ddim",
      .help = "DDIM: first order, deterministic at eta 0",
      .parameters = kDdimParameters,
      .stochastic = true},
     emit_ddim},
    {{.name = "ddpm",
      .help = "ancestral sampling: noise on every step but the last",
      .parameters = kDdpmParameters,
      .stochastic = true},
     emit_ddpm},
}};

}  // namespace

std::span<const SamplerEntry> first_order_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
