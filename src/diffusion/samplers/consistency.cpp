#include <array>
#include <cmath>

#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

/// x ← α_s·(state·x + denoised·x̂_0) + σ_s·z, without the noise at the clean state.
void renoise(ProgramBuilder& builder, const Step& step, double state, double denoised) {
    const auto [alpha, sigma] = step.to.at;
    builder.combine(step.from, 0, 0, alpha * state, alpha * denoised, 1);
    if (sigma != 0) builder.blend(0, {{0, 1}}, builder.increment(sigma, step.from, step.to));
}

/// Multistep consistency sampling (Song et al. 2023, algorithm 1): the estimate of the data, made noisy anew.
void emit_consistency(ProgramBuilder& builder, const Course& course, const SamplerSettings&) {
    for (const Step& step : course.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
        } else {
            renoise(builder, step, 0, 1);
        }
    }
}

/// Latent consistency models (Luo et al. 2023): the same with c_skip·x + c_out·x̂_0 for the estimate, c_skip =
/// σ_d²/(τ²+σ_d²), c_out = τ/√(τ²+σ_d²), σ_d = 0.5, τ = timestep·scaling: the state itself at t = 0. The timesteps are
/// those of a thousand levels: a continuous process's times count as the thousandths of its range.
void emit_lcm(ProgramBuilder& builder, const Course& course, const SamplerSettings& settings) {
    constexpr double kDataDeviation = 0.5;
    constexpr double kLevels = 1000;
    const TimeRange range = course.process().times();
    const double levels = range.discrete ? 1 : kLevels / range.highest;
    for (const Step& step : course.steps()) {
        builder.begin_step(step.index);
        const double time = step.from.t * levels * settings.timestep_scaling.value_or(10);
        const double total = time * time + kDataDeviation * kDataDeviation;
        renoise(builder, step, kDataDeviation * kDataDeviation / total, time / std::sqrt(total));
    }
}

constexpr SamplerParameter kScaling = {
    "timestep_scaling", "above 0; the larger, the sooner the estimate of the data replaces the state", "10"};
constexpr std::array kConsistencyParameters = {kClipParameter, kThresholdParameter, kThresholdMaxParameter};
constexpr std::array kLcmParameters = {kScaling, kClipParameter, kThresholdParameter, kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 2> kSamplers = {{
    {{.name = "consistency",
      .help = "consistency models: the estimate of the data, made noisy again for the next level",
      .parameters = kConsistencyParameters,
      .stochastic = true,
      .predictor = true},
     emit_consistency},
    {{.name = "lcm",
      .help = "latent consistency models: the same with the boundary condition at t = 0",
      .parameters = kLcmParameters,
      .stochastic = true,
      .predictor = true},
     emit_lcm},
}};

}  // namespace

std::span<const SamplerEntry> consistency_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
