#include <cmath>

#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {
namespace {

double noise_scale(const Step& step, double beta, bool large) {
    const double variance = large ? beta : beta * step.to.sigma * step.to.sigma / (step.from.sigma * step.from.sigma);
    return std::sqrt(variance);
}

}  // namespace

void emit_ddpm(ProgramBuilder& builder, const std::vector<Step>& steps, const SamplerSettings& settings) {
    const bool from_noise = settings.form == "epsilon" && !builder.clips();
    for (const Step& step : steps) {
        if (step.last()) {
            builder.finish(step);
            continue;
        }
        const double root = step.from.alpha / step.to.alpha;  // √(1−β)
        const double beta = 1 - root * root;
        const double noise = noise_scale(step, beta, settings.variance == "large");
        if (from_noise) {
            builder.estimate_noise(step, 1);
            builder.blend(step, {{0, 1 / root}, {1, -beta / (step.from.sigma * root)}}, noise);
        } else {
            const double from_variance = step.from.sigma * step.from.sigma;
            const double to_variance = step.to.sigma * step.to.sigma;
            builder.denoise(step, 1);
            builder.blend(step, {{0, root * to_variance / from_variance}, {1, step.to.alpha * beta / from_variance}},
                          noise);
        }
    }
}

}  // namespace scorefield::diffusion
