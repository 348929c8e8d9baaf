#include "diffusion/samplers/ancestral.hpp"

#include <cmath>

namespace scorefield::diffusion {

AncestralSplit ancestral_split(const Step& step, double eta) {
    const double to_sigma = step.to.at.sigma;
    const double kept = to_sigma * step.from.at.alpha / (step.to.at.alpha * step.from.at.sigma);
    // 1 − η²(1 − kept²) without cancellation where η = 1 and little is kept.
    const double remaining = (1 - eta) * (1 + eta) + eta * eta * kept * kept;
    return {to_sigma * std::sqrt(remaining), to_sigma * eta * std::sqrt(1 - kept * kept)};
}

void ancestral_descent(ProgramBuilder& builder, const Step& step, const AncestralSplit& split, int dst, int spare) {
    // ε̂ = (x − αx̂_0)/σ
    const double direction = split.remaining / step.from.at.sigma;
    builder.combine(step.from, 0, dst, direction, step.to.at.alpha - direction * step.from.at.alpha, spare);
}

}  // namespace scorefield::diffusion
