#pragma once

#include <array>

#include "diffusion/processes/continuous.hpp"

namespace scorefield::diffusion {

/// A process that forgets the data at the rate ½β(t), β(t) = beta_min + t(beta_max − beta_min), t in [0, 1]: α =
/// e^{−B/2}, B = ∫β (Song et al. 2021, eq. 32).
class BetaRampProcess : public ContinuousProcess {
  public:
    double prior_scale() const override { return 1; }
    Variable variable() const override { return Variable::time; }
    /// 1 − β(t)/steps, at least 0.
    double corrector_scale(double t, int steps) const override;

  protected:
    /// Throws base::Error (request) where beta_max < beta_min.
    explicit BetaRampProcess(const ProcessSettings& settings);

    double beta(double t) const { return beta_min_ + t * (beta_max_ - beta_min_); }
    /// B at t.
    double integral(double t) const { return t * (beta_min_ + t / 2 * (beta_max_ - beta_min_)); }
    /// The time in [0, 1] at which it is `integral`, the nearest one where there is none.
    double time_of_integral(double integral) const;

  private:
    double beta_min_;
    double beta_max_;
};

inline constexpr std::array<ProcessParameter, 3> kBetaRampParameters = {{
    {.name = "beta_min", .help = "β(t) at t = 0", .preset = 0.1, .low = 0, .high = kMaxProcessBeta, .with_low = true},
    {.name = "beta_max", .help = "β(t) at t = 1", .preset = 20, .low = 0, .high = kMaxProcessBeta},
    kTMinParameter,
}};

}  // namespace scorefield::diffusion
