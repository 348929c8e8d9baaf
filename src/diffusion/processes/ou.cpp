#include <algorithm>
#include <array>
#include <cmath>

#include "diffusion/processes/continuous.hpp"

namespace scorefield::diffusion {
namespace {

/// The Ornstein–Uhlenbeck process dx = −βx dt + s dw: α = e^{−βt}, σ² = s²(1 − e^{−2βt})/(2β), t in [0, T].
class OuProcess final : public ContinuousProcess {
  public:
    explicit OuProcess(const ProcessSettings& settings)
        : ContinuousProcess(settings, settings.horizon.value()),
          beta_(settings.beta.value()),
          s_(settings.s.value()),
          stationary_(s_ / std::sqrt(2 * beta_)) {}

    std::string_view name() const override { return "ou"; }
    Marginal marginal(double t) const override {
        return {std::exp(-beta_ * t), stationary_ * std::sqrt(-std::expm1(-2 * beta_ * t))};
    }
    LinearSde sde(double /*t*/) const override { return {-beta_, s_ * s_}; }
    /// e^{−2λ} = σ²/α² = s²/(2β)·(e^{2βt} − 1).
    double time_at(double log_snr) const override {
        return std::min(softplus(-2 * (log_snr + std::log(stationary_))) / (2 * beta_), horizon());
    }
    double prior_scale() const override { return stationary_; }
    Variable variable() const override { return Variable::time; }
    /// 2β is what β(t) is of vp.
    double corrector_scale(double /*t*/, int steps) const override {
        return std::max(1 - 2 * beta_ * horizon() / steps, 0.0);
    }

  private:
    double beta_;
    double s_;
    double stationary_;  ///< standard deviation in the end
};

constexpr std::array<ProcessParameter, 4> kParameters = {{
    {.name = "T", .help = "Final time", .preset = PresetRule{"5/beta"}, .low = 0, .high = kMaxProcessScale},
    {.name = "beta", .help = "Drift rate", .preset = 1, .low = 0, .high = kMaxProcessBeta},
    {.name = "s",
     .help = "Noise strength; sqrt(2 beta) leads to unit variance",
     .preset = PresetRule{"sqrt(2 beta)"},
     .low = 0,
     .high = kMaxProcessScale},
    kTMinBelowHorizonParameter,
}};

/// T = 5/β and s = √(2β).
void follow_rules(ProcessSettings& settings) {
    const double beta = settings.beta.value();
    settings.horizon = settings.horizon.value_or(5 / beta);
    settings.s = settings.s.value_or(std::sqrt(2 * beta));
}

}  // namespace

ProcessEntry ou_entry() {
    return process_entry<OuProcess, kParameters>({"ou", "Ornstein-Uhlenbeck process"}, follow_rules);
}

}  // namespace scorefield::diffusion
