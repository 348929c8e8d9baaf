#include <algorithm>
#include <cmath>

#include "diffusion/scheduler/family.hpp"
#include "diffusion/scheduler/timesteps.hpp"

namespace scorefield::diffusion {
namespace {

constexpr BetaPresets kBetas = {.terminal = kTerminalAlphaBar};
constexpr BetaPresets kLatentBetas = {.start = 0.00085, .end = 0.012, .terminal = kTerminalAlphaBar};

/// The σ/α of a run with what the network is told at each.
struct Sigmas {
    std::vector<double> sigmas;  ///< the first steps of them are evaluated; the next, or 0, is where the last step ends
    std::vector<double> times;
};

/// The timesteps' own σ/α, or those of the rule between the first and the last of them.
Sigmas read_sigmas(const SchedulerConfig& config, const NoiseLevels& levels, int steps) {
    require_steps(config, steps, levels.count());
    const std::string spacing = config.choice("timestep_spacing", "linspace", kSpacingNames);
    require_noisy_start(config, steps, levels.count(), spacing);
    Sigmas result;
    result.times = spaced_timesteps(spacing, levels.count(), steps, config.integer("steps_offset", 0));
    static constexpr std::string_view kInterpolations[] = {"linear", "log_linear"};
    if (config.choice("interpolation_type", "linear", kInterpolations) == "log_linear") {
        result.sigmas =
            spread_sigmas(SigmaRule::exponential, levels.ratios().back(), levels.ratios().front(), steps + 1);
    } else {
        for (const double t : result.times) result.sigmas.push_back(levels.ratio_at(t));
    }
    const SigmaRule rule = read_sigma_rule(config);
    if (rule == SigmaRule::levels) return result;
    const auto [high, low] = read_sigma_range(config, {result.sigmas.front(), result.sigmas.back()});
    result.sigmas = spread_sigmas(rule, high, low, steps);
    for (int i = 0; i < steps; ++i) {
        const auto index = static_cast<std::size_t>(i);
        result.times[index] = levels.time_of(result.sigmas[index]);
    }
    return result;
}

Node sigma_node(const NoiseLevels& levels, double sigma, double c_noise) {
    if (sigma == 0) return clean_node();
    return {.t = levels.time_of(sigma), .at = {1, sigma}, .c_in = 1 / std::hypot(sigma, 1.0), .c_noise = c_noise};
}

TimeGrid sigma_grid(const SchedulerConfig& config, const NoiseLevels& levels, const Sigmas& run, double last) {
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < run.times.size(); ++i) {
        nodes.push_back(sigma_node(levels, run.sigmas[i], run.times[i]));
    }
    const double highest = *std::ranges::max_element(run.sigmas);
    const bool scaled = config.choice("timestep_spacing", "linspace", kSpacingNames) == "leading";
    return {levels.process(), chain(nodes, sigma_node(levels, last, 0)), scaled ? std::hypot(highest, 1.0) : highest,
            true};
}

/// What all but Euler have in common: the last step ends without noise.
Program build_sigma(const SchedulerConfig& config, int steps, const BetaPresets& betas, const SamplerSettings& sampler,
                    bool whole_karras_times = false) {
    const NoiseLevels levels(config, betas);
    Sigmas run = read_sigmas(config, levels, steps);
    if (whole_karras_times && read_sigma_rule(config) == SigmaRule::karras) {
        for (double& t : run.times) t = round_half_even(t);
    }
    return compile_program(sigma_grid(config, levels, run, 0), read_prediction(config), sampler);
}

Program build_euler(const SchedulerConfig& config, int steps) {
    static constexpr std::string_view kTypes[] = {"discrete", "continuous"};
    const NoiseLevels levels(config, kBetas);
    Sigmas run = read_sigmas(config, levels, steps);
    const Prediction prediction = read_prediction(config);
    if (config.choice("timestep_type", "discrete", kTypes) == "continuous" && prediction == Prediction::v) {
        // One more evaluation where log_linear has one more sigma.
        run.times.clear();
        for (const double sigma : run.sigmas) run.times.push_back(std::log(sigma) / 4);
    }
    const bool zero = config.choice("final_sigmas_type", "zero", kFinalSigmaNames) == "zero";
    double last = zero ? 0 : levels.ratios().front();
    if (run.sigmas.size() > run.times.size()) last = run.sigmas.back();
    return compile_program(sigma_grid(config, levels, run, last), prediction, {.name = "euler", .variable = "sigma"});
}

/// Refuses prediction_type 'sample', for the classes that do not support it.
void require_no_sample(const SchedulerConfig& config) {
    if (read_prediction(config) == Prediction::x0) {
        config.refuse("prediction_type", config.class_name() + " has no 'sample'", "give epsilon or v_prediction");
    }
}

Program build_euler_ancestral(const SchedulerConfig& config, int steps) {
    require_no_sample(config);
    return build_sigma(config, steps, kBetas, {.name = "euler_ancestral"});
}

Program build_heun(const SchedulerConfig& config, int steps) {
    static constexpr std::string_view kSchedules[] = {"linear", "scaled_linear", "squaredcos_cap_v2", "exp"};
    SamplerSettings sampler = {.name = "heun", .variable = "sigma"};
    read_limits(config, false, sampler);
    BetaPresets betas = kLatentBetas;
    betas.schedules = kSchedules;
    return build_sigma(config, steps, betas, sampler);
}

Program build_lms(const SchedulerConfig& config, int steps) {
    return build_sigma(config, steps, kBetas, {.name = "lms"});
}

Program build_kdpm2(const SchedulerConfig& config, int steps) {
    require_no_sample(config);
    return build_sigma(config, steps, kLatentBetas, {.name = "kdpm2"}, true);
}

Program build_kdpm2_ancestral(const SchedulerConfig& config, int steps) {
    require_no_sample(config);
    return build_sigma(config, steps, kLatentBetas, {.name = "kdpm2_ancestral"}, true);
}

Program build_dpm_sde(const SchedulerConfig& config, int steps) {
    require_no_sample(config);
    if (config.has("noise_sampler_seed")) {
        config.refuse("noise_sampler_seed", "a program has no seed of its own",
                      "leave it out and give `seed` to the run");
    }
    return build_sigma(config, steps, kLatentBetas, {.name = "dpmpp_sde", .variant = "single"});
}

/// What most of these classes have, and `more`.
std::vector<std::string_view> sigma_fields(std::initializer_list<std::string_view> more, bool rules = true) {
    std::vector<std::string_view> all = {"num_train_timesteps", "beta_start",      "beta_end",     "beta_schedule",
                                         "trained_betas",       "prediction_type", "steps_offset", "timestep_spacing"};
    if (rules) {
        all.insert(all.end(),
                   {"use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "sigma_min", "sigma_max"});
    }
    all.insert(all.end(), more);
    return all;
}

}  // namespace

std::vector<SchedulerClass> sigma_schedulers() {
    return {
        {"EulerDiscreteScheduler",
         sigma_fields({"interpolation_type", "timestep_type", "rescale_betas_zero_snr", "final_sigmas_type"}),
         build_euler},
        {"EulerAncestralDiscreteScheduler", sigma_fields({"rescale_betas_zero_snr"}, false), build_euler_ancestral},
        {"HeunDiscreteScheduler", sigma_fields({"clip_sample", "clip_sample_range"}), build_heun},
        {"LMSDiscreteScheduler", sigma_fields({}), build_lms},
        {"KDPM2DiscreteScheduler", sigma_fields({}), build_kdpm2},
        {"KDPM2AncestralDiscreteScheduler", sigma_fields({}), build_kdpm2_ancestral},
        {"DPMSolverSDEScheduler", sigma_fields({"noise_sampler_seed"}), build_dpm_sde},
    };
}

}  // namespace scorefield::diffusion
