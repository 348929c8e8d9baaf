#include <array>
#include <cmath>

#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

/// DPM-Solver++(2M) (Lu et al. 2022b, algorithm 2): multistep in λ = log(α/σ) with data prediction; the first step is
/// of first order, and so is the last, to the clean state, where it is x̂_0.
void emit_dpmpp_2m(ProgramBuilder& builder, const Course& course, const SamplerSettings&) {
    double previous_width = 0;  // of the step before, in λ
    for (const Step& step : course.steps()) {
        builder.begin_step(step.index);
        if (step.last()) {
            builder.denoise(step.from, 0, 0);
            continue;
        }
        // The estimates of x_0 alternate between registers 1 and 2, so that the one before is still there.
        const int current = 1 + step.index % 2;
        const int previous = 3 - current;
        const double width = log_snr(step.to.at) - log_snr(step.from.at);
        const double state = step.to.at.sigma / step.from.at.sigma;
        const double denoised = -step.to.at.alpha * std::expm1(-width);
        builder.denoise(step.from, 0, current);
        if (step.index == 0) {
            builder.blend(0, {{0, state}, {current, denoised}});
        } else {
            const double slope = width / (2 * previous_width);  // 1/(2r)
            builder.blend(0, {{0, state}, {current, denoised * (1 + slope)}, {previous, -denoised * slope}});
        }
        previous_width = width;
    }
}

constexpr std::array kParameters = {kClipParameter, kThresholdParameter, kThresholdMaxParameter};

constexpr std::array<SamplerEntry, 1> kSamplers = {{
    {{.name = "dpmpp_2m", .help = "DPM-Solver++ 2M: second order, for few steps", .parameters = kParameters},
     emit_dpmpp_2m},
}};

}  // namespace

std::span<const SamplerEntry> multistep_samplers() {
    return kSamplers;
}

}  // namespace scorefield::diffusion
