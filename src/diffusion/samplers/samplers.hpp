#pragma once

#include <span>

#include "diffusion/sampler.hpp"
#include "diffusion/samplers/program_builder.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion {

/// How a sampler puts the steps of a grid into a program. `settings` are with_presets.
using EmitSampler = void (*)(ProgramBuilder& builder, const TimeGrid& grid, const SamplerSettings& settings);

struct SamplerEntry {
    SamplerInfo info;
    EmitSampler emit = nullptr;
};

// The families, each a file of this folder; sampler.cpp joins them.
std::span<const SamplerEntry> first_order_samplers();  ///< ddim, ddpm, ddim_inverse …
std::span<const SamplerEntry> multistep_samplers();
std::span<const SamplerEntry> one_step_samplers();
std::span<const SamplerEntry> stochastic_samplers();
std::span<const SamplerEntry> adaptive_samplers();
std::span<const SamplerEntry> langevin_samplers();
std::span<const SamplerEntry> predictor_corrector_samplers();
std::span<const SamplerEntry> consistency_samplers();
std::span<const SamplerEntry> repaint_samplers();

/// The sampler of that name. Throws base::Error (request) naming `where` for an unknown name, with the nearest known
/// one, or the flag of a parameter that it does not take or that is out of range.
const SamplerEntry& checked_sampler(const SamplerSettings& settings, std::string_view where);

/// SamplerInfo::least_alpha of samplers whose steps extrapolate: near alpha = 0 they multiply the state by a large
/// number, and with few steps the samples diverge. Two-sample statistic T (0.5 is best) from alpha = 0.005 and from
/// 0.05, 10 steps: pinwheel by heun 0.83 and 0.55, rk4 0.63 and 0.51, kdpm2_ancestral 0.70 and 0.52, edm_stochastic
/// 0.65 and 0.52, gamma 0.81 and 0.54; with 25 steps by pndm 0.80 and 0.50. Where all is well from 0.005, 0.05 costs
/// nothing.
inline constexpr double kLeastAlphaOfExplicitSteps = 0.05;

/// Parameters that most samplers share.
inline constexpr SamplerParameter kClipParameter = {"clip", "clip every x0 estimate to ± this value",
                                                    PresetRule{"no clipping"}};
inline constexpr SamplerParameter kThresholdParameter = {
    "threshold", "dynamic thresholding of every x0 estimate: quantile, > 0, at most 1", PresetRule{"none"}};
inline constexpr SamplerParameter kThresholdMaxParameter = {"threshold_max",
                                                            "largest bound of dynamic thresholding, from 1", 1.0};
inline constexpr SamplerParameter kVariableParameter = {
    "variable", "integration variable: time (x over t) or sigma (x/alpha over sigma/alpha)",
    PresetRule{"depends on the process"}};
inline constexpr SamplerParameter kAncestralEtaParameter = {"eta", "scale of the ancestral noise: 0 none … 1 full",
                                                            1.0};
inline constexpr SamplerParameter kNoiseScaleParameter = {"noise_scale", "factor of the added noise (s_noise), from 0",
                                                          1.0};

}  // namespace scorefield::diffusion
