#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "diffusion/scheduler/family.hpp"
#include "diffusion/scheduler/sigma_sequence.hpp"
#include "diffusion/scheduler/timesteps.hpp"

namespace scorefield::diffusion {
namespace {

double final_sigma(const SchedulerConfig& config, double lowest) {
    return config.choice("final_sigmas_type", "zero", kFinalSigmaNames) == "zero" ? 0 : lowest;
}

/// Reads the sigma rule of the classes that cannot combine use_flow_sigmas with another sigma rule.
SigmaRule read_single_rule(const SchedulerConfig& config) {
    const SigmaRule rule = read_sigma_rule(config);
    if (rule != SigmaRule::flow && config.flag("use_flow_sigmas", false)) {
        config.refuse("use_flow_sigmas", "diffusers does not combine it with this sigma rule",
                      "remove the other sigma rule");
    }
    return rule;
}

int read_order(const SchedulerConfig& config, int steps, int most = 3) {
    const int order = config.integer("solver_order", 2);
    if (order < 1 || order > most)
        config.refuse("solver_order", fmt::format("not in 1 … {}", most), fmt::format("give 1 … {}", most));
    return std::min(order, steps);  // with fewer steps the library never gets to its order
}

/// Checks the time shift: the classes of this family shift only the sigmas of a flow, by flow_shift where mu is not
/// set.
void require_flow_shift(const SchedulerConfig& config) {
    if (config.mu() && config.text("time_shift_type", "exponential") == "linear") {
        config.refuse("time_shift_type", config.class_name() + " supports only the shift exp(mu)", "give exponential");
    }
    if (config.mu() && !config.flag("use_flow_sigmas", false)) {
        throw base::request_error("flag without effect", "`scheduler.mu`", "use_flow_sigmas is not enabled",
                                  "leave it out, or set use_flow_sigmas to true");
    }
    if (!config.mu() && config.flag("use_flow_sigmas", false)) {
        config.note("without `scheduler.mu`, use_dynamic_shifting uses flow_shift (as diffusers does)");
    }
}

void require_plain(const SchedulerConfig& config) {
    if (config.flag("use_dynamic_shifting", false)) require_flow_shift(config);
    if (config.has("variance_type"))
        config.refuse("variance_type", "learned variances are not supported", "leave it out");
}

constexpr std::string_view kDpmTypes[] = {"dpmsolver++", "dpmsolver", "sde-dpmsolver++", "sde-dpmsolver", "deis"};
constexpr std::string_view kSingleTypes[] = {"dpmsolver++", "dpmsolver", "sde-dpmsolver++", "deis"};
constexpr std::string_view kSolverTypes[] = {"midpoint", "heun", "logrho", "bh1", "bh2"};

/// What the two DPM-Solver classes have in common.
std::string read_dpm(const SchedulerConfig& config, std::span<const std::string_view> types, SamplerSettings& sampler) {
    require_plain(config);
    std::string algorithm = config.choice("algorithm_type", "dpmsolver++", types);
    if (algorithm == "deis") algorithm = "dpmsolver++";
    const bool heun = config.choice("solver_type", "midpoint", kSolverTypes) == "heun";
    sampler.variant = heun ? "heun" : "midpoint";
    read_limits(config, false, sampler);
    return algorithm;
}

/// Where a class has final_sigmas_type.
void require_final_sigma(const SchedulerConfig& config) {
    const std::string algorithm = config.text("algorithm_type", "dpmsolver++");
    if (!algorithm.ends_with("++") && config.choice("final_sigmas_type", "zero", kFinalSigmaNames) == "zero") {
        config.refuse("final_sigmas_type", algorithm + " cannot step to sigma 0", "give sigma_min");
    }
}

void read_dpm_multistep(const SchedulerConfig& config, int evaluations, SamplerSettings& sampler) {
    sampler.order = read_order(config, evaluations);
    sampler.lower_order_final = config.flag("lower_order_final", true);
    sampler.euler_at_final = config.flag("euler_at_final", false);
}

Program build_dpm_multistep(const SchedulerConfig& config, int steps) {
    SamplerSettings sampler;
    const std::string algorithm = read_dpm(config, kDpmTypes, sampler);
    require_final_sigma(config);
    const NoiseLevels levels(config, {.terminal = kTerminalAlphaBar});
    const SigmaRule rule = read_single_rule(config);
    static constexpr std::string_view kCosine = "squaredcos_cap_v2";
    const bool cosine = config.text("beta_schedule", "linear") == kCosine;
    const bool rounds = (rule == SigmaRule::karras || rule == SigmaRule::lu) && !cosine;
    SigmaSequence sequence = rule == SigmaRule::flow
                                 ? read_flow_sequence(config, steps)
                                 : read_sigma_sequence(config, levels, steps, unclipped_levels(config, levels), rounds);
    sequence.last = final_sigma(config, levels.ratios().front());
    const bool stochastic = algorithm.starts_with("sde");
    sampler.name = stochastic ? "dpmpp_sde" : algorithm == "dpmsolver" ? "dpm" : "dpmpp_2m";
    read_dpm_multistep(config, static_cast<int>(sequence.times.size()), sampler);
    if (stochastic && *sampler.order == 3) {
        config.refuse("solver_order", "the stochastic solver has no third order", "give 2");
    }
    if (algorithm == "sde-dpmsolver") sampler.predict_x0 = false;
    return compile_sequence(config, levels, sequence, sampler,
                            algorithm.ends_with("++") ? Integrand::data : Integrand::noise);
}

/// The flow's sigmas lead towards the data here too.
Program build_dpm_inverse(const SchedulerConfig& config, int steps) {
    SamplerSettings sampler;
    const std::string algorithm = read_dpm(config, kDpmTypes, sampler);
    if (algorithm.starts_with("sde")) {
        config.refuse("algorithm_type", "an inversion draws no noise", "give dpmsolver++ or dpmsolver");
    }
    const NoiseLevels levels(config, {});
    const bool flow = read_single_rule(config) == SigmaRule::flow;
    SigmaSequence sequence = flow ? read_flow_sequence(config, steps) : read_inverse_sequence(config, levels, steps);
    if (flow) sequence.last = sequence.sigmas.back();
    sampler.name = algorithm == "dpmsolver" ? "dpm" : "dpmpp_2m";
    read_dpm_multistep(config, static_cast<int>(sequence.times.size()), sampler);
    return compile_sequence(config, levels, sequence, sampler,
                            algorithm == "dpmsolver" ? Integrand::noise : Integrand::data);
}

Program build_dpm_single(const SchedulerConfig& config, int steps) {
    SamplerSettings sampler = {.name = "dpm_single"};
    const std::string algorithm = read_dpm(config, kSingleTypes, sampler);
    require_final_sigma(config);
    if (algorithm.starts_with("sde")) {
        config.refuse("algorithm_type", "the single-step solver is deterministic here",
                      "give dpmsolver++, or take DPMSolverMultistepScheduler");
    }
    const NoiseLevels levels(config, {});
    const SigmaRule rule = read_single_rule(config);
    SigmaSequence sequence =
        rule == SigmaRule::flow
            ? read_flow_sequence(config, steps)
            : read_sigma_sequence(config, levels, steps, unclipped_levels(config, levels), rule == SigmaRule::karras);
    sequence.last = final_sigma(config, levels.ratios().front());
    const int wanted = config.integer("solver_order", 2);
    sampler.order = read_order(config, steps);
    sampler.predict_x0 = algorithm == "dpmsolver++";
    // Fewer steps than the order are the start of one group, whatever lower_order_final says.
    sampler.lower_order_final = wanted == sampler.order && config.flag("lower_order_final", false);
    return compile_sequence(config, levels, sequence, sampler,
                            *sampler.predict_x0 ? Integrand::data : Integrand::noise);
}

Program build_deis(const SchedulerConfig& config, int steps) {
    static constexpr std::string_view kTypes[] = {"deis", "dpmsolver", "dpmsolver++"};
    static constexpr std::string_view kSolvers[] = {"logrho", "midpoint", "heun", "bh1", "bh2"};
    require_plain(config);
    config.choice("algorithm_type", "deis", kTypes);
    config.choice("solver_type", "logrho", kSolvers);
    const NoiseLevels levels(config, {});
    const SigmaRule rule = read_single_rule(config);
    SigmaSequence sequence =
        rule == SigmaRule::flow ? read_flow_sequence(config, steps)
                                : read_sigma_sequence(config, levels, steps, levels.count(), rule == SigmaRule::karras);
    sequence.last = rule == SigmaRule::levels ? levels.ratios().front() : sequence.sigmas.back();
    SamplerSettings sampler = {.name = "deis",
                               .order = read_order(config, static_cast<int>(sequence.times.size())),
                               .lower_order_final = config.flag("lower_order_final", true)};
    read_limits(config, false, sampler);
    return compile_sequence(config, levels, sequence, sampler, Integrand::noise_of_data);
}

/// UniPC's own flow sigmas: of N+1 values from 1 to 1/T all but the last, shifted and stretched to shift_terminal.
SigmaSequence read_unipc_flow_sequence(const SchedulerConfig& config, int steps) {
    constexpr double kBelowOne = 1e-6;
    const int levels = config.integer("num_train_timesteps", 1000);
    const double shift = read_flow_shift(config, "flow_shift");
    SigmaSequence sequence{.flow = true};
    for (const double sigma : linspace(1, 1.0 / levels, steps + 1)) {
        sequence.sigmas.push_back(flow_shifted(sigma, shift));
    }
    sequence.sigmas.pop_back();
    if (const double terminal = config.number("shift_terminal", 0); terminal != 0) {
        const double scale = (1 - sequence.sigmas.back()) / (1 - terminal);
        for (double& sigma : sequence.sigmas) sigma = 1 - (1 - sigma) / scale;
    }
    if (std::abs(sequence.sigmas.front() - 1) < kBelowOne) sequence.sigmas.front() -= kBelowOne;
    for (const double sigma : sequence.sigmas) sequence.times.push_back(std::trunc(sigma * levels));
    return sequence;
}

/// The Karras spacing of σ/α as σ of a straight path.
void bend_to_flow(const SchedulerConfig& config, SigmaSequence& sequence) {
    sequence.flow = true;
    for (std::size_t i = 0; i < sequence.sigmas.size(); ++i) {
        sequence.sigmas[i] /= sequence.sigmas[i] + 1;
        sequence.times[i] = std::trunc(sequence.sigmas[i] * config.integer("num_train_timesteps", 1000));
    }
}

/// How many of the first steps disable_corrector names.
int read_uncorrected(const SchedulerConfig& config) {
    std::vector<double> disabled = config.numbers("disable_corrector");
    std::ranges::sort(disabled);
    for (std::size_t i = 0; i < disabled.size(); ++i) {
        if (disabled[i] != static_cast<double>(i)) {
            config.refuse("disable_corrector", "not the first steps", "give [], [0], [0, 1] …");
        }
    }
    return static_cast<int>(disabled.size());
}

Program build_unipc(const SchedulerConfig& config, int steps) {
    static constexpr std::string_view kSolvers[] = {"bh2", "bh1", "midpoint", "heun", "logrho"};
    require_plain(config);
    if (config.has("solver_p")) config.refuse("solver_p", "no other predictor can be used", "leave it out");
    const NoiseLevels levels(config, {.terminal = kTerminalAlphaBar});
    const SigmaRule rule = read_sigma_rule(config);
    const bool flow = config.flag("use_flow_sigmas", false);
    if (flow && (rule == SigmaRule::exponential || rule == SigmaRule::beta)) {
        config.refuse("use_flow_sigmas", "diffusers does not combine it with this sigma rule",
                      "use use_karras_sigmas, or remove the sigma rule");
    }
    if (config.has("shift_terminal") && rule != SigmaRule::flow) {
        config.refuse("shift_terminal", "needs use_flow_sigmas", "leave it out");
    }
    SigmaSequence sequence =
        rule == SigmaRule::flow ? read_unipc_flow_sequence(config, steps)
                                : read_sigma_sequence(config, levels, steps, levels.count(), rule == SigmaRule::karras);
    if (flow && rule == SigmaRule::karras) bend_to_flow(config, sequence);
    sequence.last = final_sigma(config, rule == SigmaRule::levels ? levels.ratios().front() : sequence.sigmas.back());
    const bool data = config.flag("predict_x0", true);
    SamplerSettings sampler = {.name = "unipc",
                               .order = read_order(config, static_cast<int>(sequence.times.size()), 4),
                               .variant = config.choice("solver_type", "bh2", kSolvers) == "bh1" ? "bh1" : "bh2",
                               .predict_x0 = data,
                               .lower_order_final = config.flag("lower_order_final", true),
                               .uncorrected_steps = read_uncorrected(config)};
    read_limits(config, false, sampler);
    if (!data) sampler.threshold = sampler.threshold_max = std::nullopt;  // the library limits data predictions alone
    return compile_sequence(config, levels, sequence, sampler, data ? Integrand::data : Integrand::noise);
}

/// What all these classes have, and `more`; inversions lack some.
std::vector<std::string_view> multistep_fields(std::initializer_list<std::string_view> more, bool inverse = false) {
    std::vector<std::string_view> all = {
        "num_train_timesteps", "beta_start",      "beta_end",          "beta_schedule",
        "trained_betas",       "solver_order",    "prediction_type",   "thresholding",
        "sample_max_value",    "solver_type",     "lower_order_final", "dynamic_thresholding_ratio",
        "use_karras_sigmas",   "use_beta_sigmas", "use_flow_sigmas",   "use_exponential_sigmas",
        "flow_shift",
    };
    if (!inverse) all.insert(all.end(), {"time_shift_type", "use_dynamic_shifting", "sigma_min", "sigma_max"});
    all.insert(all.end(), more);
    return all;
}

}  // namespace

std::vector<SchedulerClass> multistep_schedulers() {
    return {
        {"DPMSolverMultistepScheduler",
         multistep_fields({"algorithm_type", "euler_at_final", "use_lu_lambdas", "final_sigmas_type",
                           "lambda_min_clipped", "variance_type", "timestep_spacing", "steps_offset",
                           "rescale_betas_zero_snr"}),
         build_dpm_multistep},
        {"DPMSolverMultistepInverseScheduler",
         multistep_fields({"algorithm_type", "euler_at_final", "lambda_min_clipped", "variance_type",
                           "timestep_spacing", "steps_offset"},
                          true),
         build_dpm_inverse},
        {"DPMSolverSinglestepScheduler",
         multistep_fields({"algorithm_type", "final_sigmas_type", "lambda_min_clipped", "variance_type"}),
         build_dpm_single},
        {"DEISMultistepScheduler", multistep_fields({"algorithm_type", "timestep_spacing", "steps_offset"}),
         build_deis},
        {"UniPCMultistepScheduler",
         multistep_fields({"predict_x0", "disable_corrector", "solver_p", "timestep_spacing", "steps_offset",
                           "final_sigmas_type", "rescale_betas_zero_snr", "shift_terminal"}),
         build_unipc},
    };
}

}  // namespace scorefield::diffusion
