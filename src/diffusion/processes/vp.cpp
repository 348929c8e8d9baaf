#include <array>
#include <cmath>

#include "diffusion/processes/beta_ramp.hpp"
#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {
namespace {

/// dx = −½β(t)x dt + √β(t) dw (Song et al. 2021, eq. 11): α² = e^{−B}, σ² = 1 − α², B = ∫β.
class VpProcess final : public NoiseProcess {
  public:
    explicit VpProcess(const ProcessSettings& settings)
        : ramp_(settings), t_min_(settings.t_min.value_or(kDefaultTMin)) {}

    std::string_view name() const override { return "vp"; }
    TimeRange times() const override { return {0, t_min_, 1, false}; }
    Marginal marginal(double t) const override {
        const double integral = ramp_.integral(t);
        return {std::exp(-integral / 2), std::sqrt(-std::expm1(-integral))};
    }
    LinearSde sde(double t) const override { return {-ramp_.beta(t) / 2, ramp_.beta(t)}; }
    /// e^{−2λ} = σ²/α² = e^B − 1.
    double time_at(double log_snr) const override { return ramp_.time_of_integral(softplus(-2 * log_snr)); }
    double prior_scale() const override { return 1; }
    Variable variable() const override { return Variable::time; }
    double clock(double t) const override { return t; }
    double corrector_scale(double t, int steps) const override { return ramp_.corrector_scale(t, steps); }

  private:
    BetaRamp ramp_;
    double t_min_;
};

constexpr std::array kParameters = {kBetaMinParameter, kBetaMaxParameter, kTMinParameter};

}  // namespace

ProcessEntry vp_entry() {
    return {{"vp", "continuous, preserves variance: the limit of ddpm in many levels"},
            [](std::string_view) -> std::span<const ProcessParameter> { return kParameters; },
            [](const ProcessSettings& settings) -> std::shared_ptr<const NoiseProcess> {
                return std::make_shared<VpProcess>(settings);
            }};
}

}  // namespace scorefield::diffusion
