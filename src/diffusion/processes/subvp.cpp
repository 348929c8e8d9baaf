#include <array>
#include <cmath>

#include "diffusion/processes/beta_ramp.hpp"
#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {
namespace {

/// dx = −½β(t)x dt + √(β(t)(1 − e^{−2B})) dw (Song et al. 2021, eq. 29): α = e^{−B/2} as vp, σ = 1 − α², B = ∫β.
class SubVpProcess final : public NoiseProcess {
  public:
    explicit SubVpProcess(const ProcessSettings& settings)
        : ramp_(settings), t_min_(settings.t_min.value_or(kDefaultTMin)) {}

    std::string_view name() const override { return "subvp"; }
    TimeRange times() const override { return {0, t_min_, 1, false}; }
    Marginal marginal(double t) const override {
        const double integral = ramp_.integral(t);
        return {std::exp(-integral / 2), -std::expm1(-integral)};
    }
    LinearSde sde(double t) const override {
        return {-ramp_.beta(t) / 2, -ramp_.beta(t) * std::expm1(-2 * ramp_.integral(t))};
    }
    /// e^{−λ} = (1 − α²)/α = 2 sinh(B/2).
    double time_at(double log_snr) const override {
        return ramp_.time_of_integral(2 * std::asinh(std::exp(-log_snr) / 2));
    }
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

ProcessEntry subvp_entry() {
    return {{"subvp", "continuous, as vp with less noise on the way"},
            [](std::string_view) -> std::span<const ProcessParameter> { return kParameters; },
            [](const ProcessSettings& settings) -> std::shared_ptr<const NoiseProcess> {
                return std::make_shared<SubVpProcess>(settings);
            }};
}

}  // namespace scorefield::diffusion
