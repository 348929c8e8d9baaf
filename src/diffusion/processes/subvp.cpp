#include <cmath>

#include "diffusion/processes/beta_ramp.hpp"

namespace scorefield::diffusion {
namespace {

/// dx = −½β(t)x dt + √(β(t)(1 − e^{−2B})) dw (Song et al. 2021, eq. 29): α = e^{−B/2} as vp, σ = 1 − α², B = ∫β.
class SubVpProcess final : public BetaRampProcess {
  public:
    explicit SubVpProcess(const ProcessSettings& settings) : BetaRampProcess(settings) {}

    std::string_view name() const override { return "subvp"; }
    Marginal marginal(double t) const override {
        const double b = integral(t);
        return {std::exp(-b / 2), -std::expm1(-b)};
    }
    LinearSde sde(double t) const override { return {-beta(t) / 2, -beta(t) * std::expm1(-2 * integral(t))}; }
    /// e^{−λ} = (1 − α²)/α = 2 sinh(B/2).
    double time_at(double log_snr) const override { return time_of_integral(2 * std::asinh(std::exp(-log_snr) / 2)); }
};

}  // namespace

ProcessEntry subvp_entry() {
    return process_entry<SubVpProcess, kBetaRampParameters>({"subvp", "sub-VP SDE"});
}

}  // namespace scorefield::diffusion
