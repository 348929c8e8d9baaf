#include <algorithm>
#include <array>
#include <cmath>

#include "diffusion/processes/continuous.hpp"

namespace scorefield::diffusion {
namespace {

/// The random walk dx = s dw: α = 1, σ² = s²t, t in [0, T].
class AdditiveProcess final : public ContinuousProcess {
  public:
    explicit AdditiveProcess(const ProcessSettings& settings)
        : ContinuousProcess(settings, settings.horizon.value()), s_(settings.s.value()) {}

    std::string_view name() const override { return "additive"; }
    Marginal marginal(double t) const override { return {1, s_ * std::sqrt(t)}; }
    LinearSde sde(double /*t*/) const override { return {0, s_ * s_}; }
    double time_at(double log_snr) const override { return std::min(std::exp(-2 * log_snr) / (s_ * s_), horizon()); }
    double prior_scale() const override { return s_ * std::sqrt(horizon()); }
    Variable variable() const override { return Variable::sigma; }
    double corrector_scale(double /*t*/, int /*steps*/) const override { return 1; }

  private:
    double s_;
};

constexpr std::array<ProcessParameter, 3> kParameters = {{
    {.name = "T", .help = "Final time", .preset = 1, .low = 0, .high = kMaxProcessScale},
    {.name = "s", .help = "Noise strength", .preset = 1, .low = 0, .high = kMaxProcessScale},
    kTMinBelowHorizonParameter,
}};

}  // namespace

ProcessEntry additive_entry() {
    return process_entry<AdditiveProcess, kParameters>({"additive", "random walk, x + s*sqrt(t)*z"});
}

}  // namespace scorefield::diffusion
