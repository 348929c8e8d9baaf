#pragma once

#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// β(t) = beta_min + t(beta_max − beta_min), t in [0, 1], of vp and subvp (Song et al. 2021, eq. 32): α = exp(−½∫β).
class BetaRamp {
  public:
    /// Throws base::Error (request) where beta_max < beta_min.
    explicit BetaRamp(const ProcessSettings& settings);

    double beta(double t) const { return beta_min_ + t * (beta_max_ - beta_min_); }
    /// B = ∫_0^t β.
    double integral(double t) const { return t * (beta_min_ + t / 2 * (beta_max_ - beta_min_)); }
    /// The time in [0, 1] at which it is `integral`, the nearest one where there is none.
    double time_of_integral(double integral) const;
    /// 1 − β(t)/steps, at least 0.
    double corrector_scale(double t, int steps) const;

  private:
    double beta_min_;
    double beta_max_;
};

inline constexpr ProcessParameter kBetaMinParameter = {.name = "beta_min",
                                                       .help = "Rate of noise at time 0",
                                                       .preset = "0.1",
                                                       .low = 0,
                                                       .high = kMaxProcessBeta,
                                                       .with_low = true};
inline constexpr ProcessParameter kBetaMaxParameter = {
    .name = "beta_max", .help = "Rate of noise at time 1", .preset = "20", .low = 0, .high = kMaxProcessBeta};

}  // namespace scorefield::diffusion
