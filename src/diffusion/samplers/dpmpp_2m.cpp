#include <cmath>

#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {

void emit_dpmpp_2m(ProgramBuilder& builder, const std::vector<Step>& steps, const SamplerSettings&) {
    double previous_width = 0;  // of the step before, in λ
    for (const Step& step : steps) {
        if (step.last()) {
            builder.finish(step);
            continue;
        }
        // The estimates of x_0 alternate between registers 1 and 2, so that the one before is still there.
        const int current = 1 + step.index % 2;
        const int previous = 3 - current;
        const double width = std::log(step.to.alpha / step.to.sigma) - std::log(step.from.alpha / step.from.sigma);
        const double state = step.to.sigma / step.from.sigma;
        const double denoised = -step.to.alpha * std::expm1(-width);
        builder.denoise(step, current);
        if (step.index == 0) {
            builder.blend(step, {{0, state}, {current, denoised}});
        } else {
            const double slope = width / (2 * previous_width);  // 1/(2r)
            builder.blend(step, {{0, state}, {current, denoised * (1 + slope)}, {previous, -denoised * slope}});
        }
        previous_width = width;
    }
}

}  // namespace scorefield::diffusion
