#pragma once

#include <vector>

#include "diffusion/sampler.hpp"
#include "diffusion/samplers/program_builder.hpp"

namespace scorefield::diffusion {

/// How a sampler puts its steps, from the noisiest on, into a program.
using EmitSampler = void (*)(ProgramBuilder& builder, const std::vector<Step>& steps, const SamplerSettings& settings);

/// Ancestral sampling over any sub-sequence, β = 1 − ᾱ_t/ᾱ_s, from ε (Ho et al. 2020, eq. 11) or from x̂_0 (eq. 7), with
/// noise of variance β (large) or β̃ = (1−ᾱ_s)/(1−ᾱ_t)·β (small), none on the last step.
void emit_ddpm(ProgramBuilder& builder, const std::vector<Step>& steps, const SamplerSettings& settings);

/// DDIM(η): x_s = α_s x̂_0 + √(σ_s²−ς²) ε̂ + ς z, ς² = η²(σ_s²/σ_t²)(σ_t² − σ_s²α_t²/α_s²) (Song, Meng, Ermon 2021,
/// eq. 12 and 16, for any alpha and sigma).
void emit_ddim(ProgramBuilder& builder, const std::vector<Step>& steps, const SamplerSettings& settings);

/// DPM-Solver++(2M) (Lu et al. 2022b, algorithm 2): multistep in λ = log(α/σ) with data prediction; the first step is
/// of first order, and so is the last, to the clean state, where it is x̂_0.
void emit_dpmpp_2m(ProgramBuilder& builder, const std::vector<Step>& steps, const SamplerSettings& settings);

}  // namespace scorefield::diffusion
