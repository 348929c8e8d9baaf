#pragma once

#include "diffusion/course.hpp"

namespace scorefield::diffusion {

/// A step to σ_s in two: without noise down to `remaining`, and up again by noise of deviation `noise`,
/// remaining² + noise² = σ_s². noise = η·√(posterior variance), (σ_s²/σ_t²)(σ_t² − σ_s²α_t²/α_s²) (Song, Meng, Ermon
/// 2021, eq. 16, for any alpha and sigma); with alpha = 1 sigma_down and sigma_up of "Euler ancestral".
struct AncestralSplit {
    double remaining = 0;
    double noise = 0;
};

AncestralSplit ancestral_split(const Step& step, double eta);

}  // namespace scorefield::diffusion
