#pragma once

#include "diffusion/samplers/program_builder.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion {

/// A step to σ_s in two: without noise down to `remaining`, and up again by noise of deviation `noise`,
/// remaining² + noise² = σ_s². noise = η·√(posterior variance), (σ_s²/σ_t²)(σ_t² − σ_s²α_t²/α_s²) (Song, Meng, Ermon
/// 2021, eq. 16, for any alpha and sigma); with alpha = 1 sigma_down and sigma_up of "Euler ancestral".
struct AncestralSplit {
    double remaining = 0;
    double noise = 0;
};

AncestralSplit ancestral_split(const Step& step, double eta);

/// register dst ← such a step from register 0 with x̂_0 and ε̂ held, but for the noise, which is still to be added. Holds
/// without any signal at the start, too. Limited estimates need register `spare` besides.
void ancestral_descent(ProgramBuilder& builder, const Step& step, const AncestralSplit& split, int dst, int spare);

}  // namespace scorefield::diffusion
