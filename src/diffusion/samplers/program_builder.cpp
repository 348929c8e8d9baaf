#include "diffusion/samplers/program_builder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"

namespace scorefield::diffusion {
namespace {

/// Devices compute in single precision: a coefficient beyond it is infinite there.
void require_finite(const Step& step, double coefficient) {
    if (std::abs(coefficient) <= static_cast<double>(std::numeric_limits<float>::max())) return;
    throw base::request_error(
        "no finite step", fmt::format("timestep {}", step.t),
        fmt::format("the schedule leaves a signal of {} and a noise of {} there", step.from.alpha, step.from.sigma),
        "start at an earlier timestep (--timesteps), or use a model that predicts x0 or v");
}

}  // namespace

void ProgramBuilder::denoise(const Step& step, int dst) {
    eval(step, dst, denoiser_form(prediction_, step.from));
    if (clip_) emit(step, dst, Clamp{.dst = dst, .low = -*clip_, .high = *clip_});
}

void ProgramBuilder::estimate_noise(const Step& step, int dst) {
    eval(step, dst, noise_form(prediction_, step.from));
}

void ProgramBuilder::blend(const Step& step, const std::vector<Term>& terms, double noise) {
    Blend blend{.dst = 0, .terms = {}, .noise = {}};
    for (const Term& term : terms) {
        require_finite(step, term.coefficient);
        if (term.coefficient != 0) blend.terms.push_back(term);
    }
    require_finite(step, noise);
    if (noise != 0) blend.noise.push_back({noise, base::kSamplerStream, static_cast<std::uint32_t>(step.index)});
    emit(step, 0, std::move(blend));
}

void ProgramBuilder::advance(const Step& step, double state, double denoised, double noise) {
    if (clips()) {
        denoise(step, 1);
        blend(step, {{0, state}, {1, denoised}}, noise);
        return;
    }
    const AffineForm form = denoiser_form(prediction_, step.from);
    eval(step, 0, {state + denoised * form.c_skip, denoised * form.c_out});
    if (noise != 0) blend(step, {{0, 1}}, noise);
}

Program ProgramBuilder::take() {
    return std::exchange(program_, Program{});
}

void ProgramBuilder::eval(const Step& step, int dst, const AffineForm& form) {
    require_finite(step, form.c_skip);
    require_finite(step, form.c_out);
    emit(step, dst,
         Eval{.dst = dst,
              .src = 0,
              .source = 0,
              .t = step.t,
              .alpha = step.from.alpha,
              .sigma = step.from.sigma,
              .c_in = 1,
              .c_noise = step.t,
              .c_skip = form.c_skip,
              .c_out = form.c_out});
}

void ProgramBuilder::emit(const Step& step, int dst, Instruction instruction) {
    program_.registers = std::max(program_.registers, dst + 1);
    program_.ops.push_back({step.index, std::move(instruction)});
}

}  // namespace scorefield::diffusion
