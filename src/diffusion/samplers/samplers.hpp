#pragma once

#include <span>

#include "diffusion/course.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/samplers/program_builder.hpp"

namespace scorefield::diffusion {

/// How a sampler puts the steps of a course into a program.
using EmitSampler = void (*)(ProgramBuilder& builder, const Course& course, const SamplerSettings& settings);

struct SamplerEntry {
    SamplerInfo info;
    EmitSampler emit;
};

// The families, each a file of this folder; sampler.cpp joins them.
std::span<const SamplerEntry> first_order_samplers();  ///< ddim, ddpm, ddim_inverse …
std::span<const SamplerEntry> multistep_samplers();
std::span<const SamplerEntry> one_step_samplers();
std::span<const SamplerEntry> stochastic_samplers();

/// Parameters that most samplers share.
inline constexpr SamplerParameter kClipParameter = {"clip", "clamp every estimate of the data to ± this", "no clamp"};
inline constexpr SamplerParameter kThresholdParameter = {
    "threshold", "dynamic thresholding of every estimate of the data: the quantile, above 0 … 1", "none"};
inline constexpr SamplerParameter kThresholdMaxParameter = {"threshold_max",
                                                            "largest bound of the thresholding, from 1", "1"};

}  // namespace scorefield::diffusion
