#include <cmath>

#include "diffusion/processes/beta_ramp.hpp"

namespace scorefield::diffusion {
namespace {

/// dx = −½β(t)x dt + √β(t) dw (Song et al. 2021, eq. 11): α² = e^{−B}, σ² = 1 − α², B = ∫β.
class VpProcess final : public BetaRampProcess {
  public:
    explicit VpProcess(const ProcessSettings& settings) : BetaRampProcess(settings) {}

    std::string_view name() const override { return "vp"; }
    Marginal marginal(double t) const override {
        const double b = integral(t);
        return {std::exp(-b / 2), std::sqrt(-std::expm1(-b))};
    }
    LinearSde sde(double t) const override { return {-beta(t) / 2, beta(t)}; }
    /// e^{−2λ} = σ²/α² = e^B − 1.
    double time_at(double log_snr) const override { return time_of_integral(softplus(-2 * log_snr)); }
};

}  // namespace

ProcessEntry vp_entry() {
    return process_entry<VpProcess, kBetaRampParameters>(
        {"vp", "variance-preserving SDE, the continuous limit of ddpm"});
}

}  // namespace scorefield::diffusion
