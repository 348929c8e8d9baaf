#include <algorithm>
#include <array>
#include <cmath>

#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {
namespace {

/// The random walk dx = s dw: α = 1, σ² = s²t, t in [0, T].
class AdditiveProcess final : public NoiseProcess {
  public:
    explicit AdditiveProcess(const ProcessSettings& settings)
        : s_(settings.s.value_or(1)),
          horizon_(settings.horizon.value_or(1)),
          t_min_(settings.t_min.value_or(kDefaultTMin)) {
        require_ordered("t_min", t_min_, "T", horizon_);
    }

    std::string_view name() const override { return "additive"; }
    TimeRange times() const override { return {0, t_min_, horizon_, false}; }
    Marginal marginal(double t) const override { return {1, s_ * std::sqrt(t)}; }
    LinearSde sde(double /*t*/) const override { return {0, s_ * s_}; }
    double time_at(double log_snr) const override { return std::min(std::exp(-2 * log_snr) / (s_ * s_), horizon_); }
    double prior_scale() const override { return s_ * std::sqrt(horizon_); }
    Variable variable() const override { return Variable::sigma; }
    double clock(double t) const override { return t / horizon_; }
    double corrector_scale(double /*t*/, int /*steps*/) const override { return 1; }

  private:
    double s_;
    double horizon_;
    double t_min_;
};

constexpr std::array<ProcessParameter, 3> kParameters = {{
    {.name = "T", .help = "Largest time", .preset = "1", .low = 0, .high = kMaxProcessScale},
    {.name = "s", .help = "Strength of the noise", .preset = "1", .low = 0, .high = kMaxProcessScale},
    {.name = "t_min",
     .help = "Time at which samplers that leave noise stop",
     .preset = "0.001",
     .low = 0,
     .high = kMaxProcessScale},
}};

}  // namespace

ProcessEntry additive_entry() {
    return {{"additive", "a random walk: keeps the data and adds noise at a constant rate"},
            [](std::string_view) -> std::span<const ProcessParameter> { return kParameters; },
            [](const ProcessSettings& settings) -> std::shared_ptr<const NoiseProcess> {
                return std::make_shared<AdditiveProcess>(settings);
            }};
}

}  // namespace scorefield::diffusion
