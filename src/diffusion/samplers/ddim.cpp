#include <cmath>

#include "diffusion/samplers/samplers.hpp"

namespace scorefield::diffusion {

void emit_ddim(ProgramBuilder& builder, const std::vector<Step>& steps, const SamplerSettings& settings) {
    for (const Step& step : steps) {
        if (step.last()) {
            builder.finish(step);
            continue;
        }
        const auto [alpha, sigma] = step.from;
        const auto [to_alpha, to_sigma] = step.to;
        const double ratio = to_sigma * alpha / to_alpha;
        const double noise = settings.eta * to_sigma / sigma * std::sqrt(sigma * sigma - ratio * ratio);
        const double direction = std::sqrt(to_sigma * to_sigma - noise * noise);
        // ε̂ = (x − αx̂_0)/σ
        builder.advance(step, direction / sigma, to_alpha - direction * alpha / sigma, noise);
    }
}

}  // namespace scorefield::diffusion
