#pragma once

#include <utility>
#include <vector>

#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// The discrete variance-preserving process (Ho et al. 2020, eq. 4): times k = 0 … T−1, alpha = √ᾱ_k,
/// sigma = √(1−ᾱ_k), ᾱ_k = Π_{i≤k} (1−β_i), with β
///   linear         T values evenly from beta_start to beta_end;
///   scaled_linear  the squares of T values evenly from √beta_start to √beta_end (Rombach et al. 2022);
///   cosine         min(1 − f(k+1)/f(k), 0.999), f(k) = cos²(π/2·(k/T+s)/(1+s)), s = 0.008 (Nichol & Dhariwal 2021,
///                  eq. 17);
///   constant       beta;
///   sigmoid        from beta_start to beta_end as the logistic function goes from −6 to 6;
/// or ᾱ itself as
///   cosine_seed    f(k)/f(0), not clipped: ᾱ_0 = 1, so there is no noise at k = 0 and samplers visit T−1 … 1;
/// with zero_snr rescaled to ᾱ_{T−1} = 0 (Lin et al. 2024, algorithm 1).
class DdpmProcess final : public NoiseProcess {
  public:
    /// Throws base::Error (request) as make_process does.
    explicit DdpmProcess(const ProcessSettings& settings);
    /// Any levels of rising noise.
    explicit DdpmProcess(std::vector<Marginal> levels) : marginals_(std::move(levels)) {}

    std::string_view name() const override { return "ddpm"; }
    TimeRange times() const override;
    Marginal marginal(double t) const override;
    LinearSde sde(double t) const override;
    double time_at(double log_snr) const override;
    double prior_scale() const override { return 1; }
    Variable variable() const override { return Variable::sigma; }
    /// (t+1)/T: each level the same share.
    double clock(double t) const override { return (t + 1) / static_cast<double>(marginals_.size()); }
    double corrector_scale(double t, int steps) const override;

  private:
    double log_snr_at(std::size_t level) const { return log_snr(marginals_[level]); }

    std::vector<Marginal> marginals_;
};

}  // namespace scorefield::diffusion
