#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/program.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/scheduler/config.hpp"
#include "diffusion/scheduler/levels.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::diffusion {

/// How a class of `diffusers` becomes a program of so many inference steps.
using BuildProgram = Program (*)(const SchedulerConfig& config, int steps);

struct SchedulerClass {
    std::string_view name;  ///< `_class_name`
    std::vector<std::string_view> fields;
    BuildProgram build = nullptr;
};

// The families, each a file of this folder; scheduler.cpp joins them.
std::vector<SchedulerClass> level_schedulers();      ///< steps from level to level: DDIM, DDPM, PNDM …
std::vector<SchedulerClass> sigma_schedulers();      ///< states x/α: Euler, Heun, LMS …
std::vector<SchedulerClass> multistep_schedulers();  ///< DPM-Solver, DEIS, UniPC
std::vector<SchedulerClass> plain_schedulers();      ///< without a table of levels: EDM, flow matching, IPNDM

inline constexpr std::string_view kSpacingNames[] = {"linspace", "leading", "trailing"};
inline constexpr std::string_view kFinalSigmaNames[] = {"zero", "sigma_min"};

inline Node clean_node() {
    return {.t = 0, .at = {}, .c_in = 1, .c_noise = 0};
}

/// prediction_type, one of `names` (all, in the order of the library's: epsilon, sample, v_prediction,
/// flow_prediction).
Prediction read_prediction(const SchedulerConfig& config, std::size_t names = 3);

/// thresholding, dynamic_thresholding_ratio and sample_max_value, else clip_sample and clip_sample_range, as the
/// library decides between them. `clips` is the class's preset of clip_sample.
void read_limits(const SchedulerConfig& config, bool clips, SamplerSettings& settings);

/// use_karras_sigmas …: how the σ/α of the steps are chosen.
enum class SigmaRule { levels, karras, lu, exponential, beta, flow };
SigmaRule read_sigma_rule(const SchedulerConfig& config);

/// N values from `high` to `low`; Karras et al. 2022 with `rho`, log-uniform, or beta quantiles (0.6, 0.6).
std::vector<double> spread_sigmas(SigmaRule rule, double high, double low, int steps, double rho = 7);

/// sigma_max and sigma_min of a rule.
struct SigmaRange {
    double high = 0;
    double low = 0;
};
/// `presets` where they are absent.
SigmaRange read_sigma_range(const SchedulerConfig& config, const SigmaRange& presets);

/// The shift of a straight path, 1 where it is absent. Where use_dynamic_shifting is on, that of --scheduler.mu:
/// exp(mu), or mu with time_shift_type linear, which is what the library's mu/(mu + (1/t − 1)^σ) with its σ of 1 comes
/// to.
double read_flow_shift(const SchedulerConfig& config, const char* key);

/// Refuses --scheduler.mu where use_dynamic_shifting is not on.
void require_shift(const SchedulerConfig& config);

/// The σ of a straight path with this shift.
double flow_shifted(double sigma, double shift);

/// Refuses fewer than one step and more than there are levels.
void require_steps(const SchedulerConfig& config, int steps, int levels);

/// Refuses the single step of spacings that place it at the lowest level, where it would leave the noise as it is.
void require_noisy_start(const SchedulerConfig& config, int steps, int levels, std::string_view spacing);

/// Steps through the nodes, each going to the next, the last to `end`.
std::vector<Step> chain(const std::vector<Node>& nodes, const Node& end);

}  // namespace scorefield::diffusion
