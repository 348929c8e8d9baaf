#include <algorithm>
#include <array>
#include <cmath>

#include "diffusion/prediction.hpp"
#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {
namespace {

/// dx = √(2t) dw: α = 1, σ = t, t up to σ_max (Karras et al. 2022, section 3: σ(t) = t, s(t) = 1).
class EdmProcess final : public NoiseProcess {
  public:
    explicit EdmProcess(const ProcessSettings& settings)
        : sigma_min_(settings.sigma_min.value()), sigma_max_(settings.sigma_max.value()) {
        require_ordered("sigma_min", sigma_min_, "sigma_max", sigma_max_);
    }

    std::string_view name() const override { return "edm"; }
    TimeRange times() const override { return {0, sigma_min_, sigma_max_, false}; }
    Marginal marginal(double t) const override { return {1, t}; }
    LinearSde sde(double t) const override { return {0, 2 * t}; }
    double time_at(double log_snr) const override { return std::min(std::exp(-log_snr), sigma_max_); }
    double prior_scale() const override { return sigma_max_; }
    Variable variable() const override { return Variable::sigma; }
    double clock(double t) const override { return noise_clock(t, sigma_max_); }
    double corrector_scale(double /*t*/, int /*steps*/) const override { return 1; }

  private:
    double sigma_min_;
    double sigma_max_;
};

constexpr std::array<ProcessParameter, 3> kParameters = {{
    {.name = "sigma_min", .help = "Smallest sigma", .preset = 0.002, .low = 0, .high = kMaxProcessScale},
    {.name = "sigma_max", .help = "Largest sigma", .preset = 80, .low = 0, .high = kMaxProcessScale},
    {.name = "sigma_data",
     .help = "Standard deviation of the data, for the EDM preconditioning",
     .preset = kDefaultSigmaData,
     .low = 0,
     .high = kMaxProcessScale},
}};

}  // namespace

ProcessEntry edm_entry() {
    return process_entry<EdmProcess, kParameters>(
        {"edm", "continuous, alpha = 1, the time is sigma (Karras et al. 2022)"});
}

}  // namespace scorefield::diffusion
