#include <algorithm>
#include <array>
#include <cmath>

#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {
namespace {

/// dx = σ(t)√(2 log(σ_max/σ_min)) dw (Song et al. 2021, eq. 9 and 30): α = 1, σ(t) = σ_min(σ_max/σ_min)^t, t in [0, 1].
class VeProcess final : public NoiseProcess {
  public:
    explicit VeProcess(const ProcessSettings& settings)
        : sigma_min_(settings.sigma_min.value()), sigma_max_(settings.sigma_max.value()) {
        require_ordered("sigma_min", sigma_min_, "sigma_max", sigma_max_);
        log_ratio_ = std::log(sigma_max_ / sigma_min_);
    }

    std::string_view name() const override { return "ve"; }
    TimeRange times() const override { return {0, 0, 1, false}; }
    Marginal marginal(double t) const override { return {1, sigma_min_ * std::exp(log_ratio_ * t)}; }
    LinearSde sde(double t) const override {
        const double sigma = marginal(t).sigma;
        return {0, 2 * sigma * sigma * log_ratio_};
    }
    double time_at(double log_snr) const override {
        return std::clamp((-log_snr - std::log(sigma_min_)) / log_ratio_, 0.0, 1.0);
    }
    double prior_scale() const override { return sigma_max_; }
    Variable variable() const override { return Variable::sigma; }
    double clock(double t) const override { return noise_clock(marginal(t).sigma, sigma_max_); }
    double corrector_scale(double /*t*/, int /*steps*/) const override { return 1; }

  private:
    double sigma_min_;
    double sigma_max_;
    double log_ratio_ = 0;
};

constexpr std::array<ProcessParameter, 2> kParameters = {{
    {.name = "sigma_min", .help = "Smallest sigma", .preset = 0.01, .low = 0, .high = kMaxProcessScale},
    {.name = "sigma_max",
     .help = "Largest sigma, about the largest distance between two data points",
     .preset = 50,
     .low = 0,
     .high = kMaxProcessScale},
}};

}  // namespace

ProcessEntry ve_entry() {
    return process_entry<VeProcess, kParameters>(
        {"ve", "variance-exploding SDE, alpha = 1, sigma grows geometrically"});
}

}  // namespace scorefield::diffusion
