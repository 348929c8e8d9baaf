#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "diffusion/process.hpp"
#include "diffusion/scheduler/config.hpp"

namespace scorefield::diffusion {

/// The beta_schedule that every class has.
inline constexpr std::string_view kCommonSchedules[] = {"linear", "scaled_linear", "squaredcos_cap_v2"};

/// ᾱ of the last level in the DPM-Solver and Karras-sigma schedulers if they rescale the betas to zero terminal SNR.
inline constexpr double kTerminalAlphaBar = 0x1p-24;

/// What a class presets for its β.
struct BetaPresets {
    double start = 1e-4;
    double end = 0.02;
    std::string_view schedule = "linear";
    std::span<const std::string_view> schedules = kCommonSchedules;  ///< those that the class has
    double terminal = 0;  ///< ᾱ of the last level where the betas are rescaled to zero terminal SNR
};

/// The noise levels of a discrete scheduler, t = 0 … count()−1.
class NoiseLevels {
  public:
    /// From num_train_timesteps, beta_start, beta_end, beta_schedule, trained_betas and rescale_betas_zero_snr.
    NoiseLevels(const SchedulerConfig& config, const BetaPresets& presets);

    int count() const { return static_cast<int>(alpha_bar_.size()); }
    double alpha_bar(int t) const { return alpha_bar_[static_cast<std::size_t>(t)]; }
    Marginal marginal(int t) const;
    /// σ/α, t = 0 … count()−1.
    const std::vector<double>& ratios() const { return ratios_; }
    /// σ/α at any t by linear interpolation; that of the nearest level outside them.
    double ratio_at(double t) const;
    /// The inverse, by linear interpolation of log(σ/α) between the last level that is not above and the next, of which
    /// the nearer where `ratio` is not between them; level 0 where all are above.
    double time_of(double ratio) const;

    const std::shared_ptr<const NoiseProcess>& process() const { return process_; }

  private:
    std::vector<double> alpha_bar_;
    std::vector<double> ratios_;
    std::shared_ptr<const NoiseProcess> process_;
};

}  // namespace scorefield::diffusion
