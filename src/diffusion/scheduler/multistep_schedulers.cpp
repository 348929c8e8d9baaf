#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "diffusion/scheduler/family.hpp"
#include "diffusion/scheduler/timesteps.hpp"

namespace scorefield::diffusion {
namespace {

constexpr double kTerminalAlphaBar = 0x1p-24;

/// The σ/α (of flow sigmas: σ) of a run, what the network is told at each, and where the last step ends.
struct Run {
    std::vector<double> sigmas = {};
    std::vector<double> times = {};
    double last = 0;
    bool flow = false;
};

double flow_shifted(double sigma, double shift) {
    return shift * sigma / (1 + (shift - 1) * sigma);
}

/// Levels that λ ≥ lambda_min_clipped leaves.
int unclipped_levels(const SchedulerConfig& config, const NoiseLevels& levels) {
    const double lowest = config.number("lambda_min_clipped", -std::numeric_limits<double>::infinity());
    const auto left = std::ranges::count_if(levels.ratios(), [&](double ratio) { return -std::log(ratio) >= lowest; });
    if (left == 0) config.refuse("lambda_min_clipped", "leaves no noise level");
    return static_cast<int>(left);
}

double final_sigma(const SchedulerConfig& config, double lowest) {
    return config.choice("final_sigmas_type", "zero", kFinalSigmaNames) == "zero" ? 0 : lowest;
}

/// The timesteps of the spacing, or the sigmas of a rule over all levels. The network is told whole timesteps: rounded
/// where `rounds`, cut otherwise.
Run read_run(const SchedulerConfig& config, const NoiseLevels& levels, int steps, int highest, bool rounds) {
    require_steps(config, steps, levels.count());
    const SigmaRule rule = read_sigma_rule(config);
    Run run;
    if (rule == SigmaRule::levels) {
        const std::string spacing = config.choice("timestep_spacing", "linspace", kSpacingNames);
        run.times = multistep_timesteps(spacing, levels.count(), highest, steps, config.integer("steps_offset", 0));
        for (const double t : run.times) run.sigmas.push_back(levels.ratio_at(t));
        return run;
    }
    const double high = config.number("sigma_max").value_or(levels.ratios().back());
    const double low = config.number("sigma_min").value_or(levels.ratios().front());
    run.sigmas = spread_sigmas(rule, high, low, steps);
    for (const double sigma : run.sigmas) {
        const double t = levels.time_of(sigma);
        run.times.push_back(rounds ? round_half_even(t) : std::trunc(t));
    }
    return run;
}

/// σ of a straight path, shifted: of N+1 values from 1 − 1/T to 0 all but the last.
Run read_flow_run(const SchedulerConfig& config, int steps) {
    const int levels = config.integer("num_train_timesteps", 1000);
    Run run{.flow = true};
    for (const double alpha : linspace(1, 1.0 / levels, steps + 1)) {
        run.sigmas.insert(run.sigmas.begin(), flow_shifted(1 - alpha, config.number("flow_shift", 1)));
    }
    run.sigmas.pop_back();
    for (const double sigma : run.sigmas) run.times.push_back(std::trunc(sigma * levels));
    return run;
}

Node run_node(const NoiseLevels& levels, const Run& run, double sigma, double c_noise) {
    if (sigma == 0) return clean_node();
    if (run.flow) return {.t = sigma, .at = {1 - sigma, sigma}, .c_in = 1, .c_noise = c_noise};
    const double alpha = 1 / std::hypot(sigma, 1.0);
    return {.t = levels.time_of(sigma), .at = {alpha, sigma * alpha}, .c_in = 1, .c_noise = c_noise};
}

Course run_course(const NoiseLevels& levels, const Run& run) {
    constexpr double kSame = 1e-12;  // the last sigma by another formula
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < run.sigmas.size(); ++i) {
        nodes.push_back(run_node(levels, run, run.sigmas[i], run.times[i]));
    }
    const bool same = std::abs(run.last / run.sigmas.back() - 1) < kSame;
    const Node end = same ? nodes.back() : run_node(levels, run, run.last, 0);
    return {run.flow ? make_process({.name = "flow"}) : levels.process(), chain(nodes, end), 1, false};
}

/// What a program's evaluations take for the network's output becomes c_skip·x + c_out·F.
template <class Form>
void substitute_output(Program& program, const Form& form_at) {
    for (Op& op : program.ops) {
        auto* eval = std::get_if<Eval>(&op.instruction);
        if (eval == nullptr) continue;
        const AffineForm form = form_at(*eval);
        eval->c_skip += eval->c_out * form.c_skip;
        eval->c_out *= form.c_out;
    }
}

/// What a solver integrates: x̂_0, or ε̂, the library's DEIS taking this from x̂_0.
enum class Integrand { data, noise, noise_of_data };

/// The program of the run. The library takes x̂_0 = αx − σF (ε̂ = σx + αF where it estimates the noise) for v_prediction
/// and x̂_0 = x − sF, s as in Run, for flow_prediction, on any path: here too, also where these are not what v and
/// velocity mean on it. Its DEIS then divides by s too: ε̂ = (x − αx̂_0)/s.
Program compile_run(const SchedulerConfig& config, const NoiseLevels& levels, const Run& run,
                    const SamplerSettings& sampler, Integrand integrand) {
    const Prediction prediction = read_prediction(config, 4);
    if (prediction == Prediction::velocity && integrand == Integrand::noise) {
        config.refuse("prediction_type", "the library estimates no noise from flow_prediction");
    }
    const Course course = run_course(levels, run);
    if (!run.flow && prediction == Prediction::velocity) {
        const bool noise = integrand == Integrand::noise_of_data;
        if (noise && sampler.threshold) config.refuse("thresholding", "not with flow_prediction and sigmas of no flow");
        Program program = compile_program(course, noise ? Prediction::epsilon : Prediction::x0, sampler);
        substitute_output(program, [noise](const Eval& at) -> AffineForm {
            const double ratio = at.sigma / at.alpha;
            return noise ? AffineForm{(1 - at.alpha) / ratio, at.alpha} : AffineForm{1, -ratio};
        });
        return program;
    }
    if (run.flow && prediction == Prediction::v) {
        const bool noise = integrand == Integrand::noise;
        Program program = compile_program(course, noise ? Prediction::epsilon : Prediction::x0, sampler);
        substitute_output(program, [noise](const Eval& at) -> AffineForm {
            return noise ? AffineForm{at.sigma, at.alpha} : AffineForm{at.alpha, -at.sigma};
        });
        return program;
    }
    return compile_program(course, prediction, sampler);
}

/// Of the classes that know no flow but that of even steps.
SigmaRule read_single_rule(const SchedulerConfig& config) {
    const SigmaRule rule = read_sigma_rule(config);
    if (rule != SigmaRule::flow && config.flag("use_flow_sigmas", false)) {
        config.refuse("use_flow_sigmas", "the library does not turn other sigmas into those of a flow");
    }
    return rule;
}

int read_order(const SchedulerConfig& config, int steps) {
    const int order = config.integer("solver_order", 2);
    if (order < 1 || order > 3) config.refuse("solver_order", "not 1, 2 or 3");
    return std::min(order, steps);  // with fewer steps the library never gets to its order
}

void require_plain(const SchedulerConfig& config) {
    config.require_off("use_dynamic_shifting", "the shift would depend on an image's size");
    if (config.has("variance_type")) config.refuse("variance_type", "no network here predicts variances");
}

constexpr std::string_view kDpmTypes[] = {"dpmsolver++", "dpmsolver", "sde-dpmsolver++", "sde-dpmsolver", "deis"};
constexpr std::string_view kSingleTypes[] = {"dpmsolver++", "dpmsolver", "sde-dpmsolver++", "deis"};
constexpr std::string_view kSolverTypes[] = {"midpoint", "heun", "logrho", "bh1", "bh2"};

/// What the two DPM-Solver classes have in common.
std::string read_dpm(const SchedulerConfig& config, std::span<const std::string_view> types, SamplerSettings& sampler) {
    require_plain(config);
    std::string algorithm = config.choice("algorithm_type", "dpmsolver++", types);
    if (!algorithm.ends_with("++") && config.choice("final_sigmas_type", "zero", kFinalSigmaNames) == "zero") {
        config.refuse("final_sigmas_type", algorithm + " has no last step to sigma 0", "give sigma_min");
    }
    if (algorithm == "deis") algorithm = "dpmsolver++";
    const bool heun = config.choice("solver_type", "midpoint", kSolverTypes) == "heun";
    sampler.variant = heun ? "heun" : "midpoint";
    read_limits(config, false, sampler);
    return algorithm;
}

Program build_dpm_multistep(const SchedulerConfig& config, int steps) {
    SamplerSettings sampler;
    const std::string algorithm = read_dpm(config, kDpmTypes, sampler);
    const NoiseLevels levels(config, {.terminal = kTerminalAlphaBar});
    const SigmaRule rule = read_single_rule(config);
    static constexpr std::string_view kCosine = "squaredcos_cap_v2";
    const bool cosine = config.text("beta_schedule", "linear") == kCosine;
    const bool rounds = (rule == SigmaRule::karras || rule == SigmaRule::lu) && !cosine;
    Run run = rule == SigmaRule::flow ? read_flow_run(config, steps)
                                      : read_run(config, levels, steps, unclipped_levels(config, levels), rounds);
    run.last = final_sigma(config, levels.ratios().front());
    const bool stochastic = algorithm.starts_with("sde");
    sampler.name = stochastic ? "dpmpp_sde" : algorithm == "dpmsolver" ? "dpm" : "dpmpp_2m";
    sampler.order = read_order(config, static_cast<int>(run.times.size()));
    if (stochastic && *sampler.order == 3) {
        config.refuse("solver_order", "the stochastic solver has no third order", "give 2");
    }
    if (algorithm == "sde-dpmsolver") sampler.predict_x0 = false;
    sampler.lower_order_final = config.flag("lower_order_final", true);
    sampler.euler_at_final = config.flag("euler_at_final", false);
    return compile_run(config, levels, run, sampler, algorithm.ends_with("++") ? Integrand::data : Integrand::noise);
}

Program build_dpm_single(const SchedulerConfig& config, int steps) {
    SamplerSettings sampler = {.name = "dpm_single"};
    const std::string algorithm = read_dpm(config, kSingleTypes, sampler);
    if (algorithm.starts_with("sde")) {
        config.refuse("algorithm_type", "the single-step solver is deterministic here",
                      "give dpmsolver++, or take DPMSolverMultistepScheduler");
    }
    const NoiseLevels levels(config, {});
    const SigmaRule rule = read_single_rule(config);
    Run run = rule == SigmaRule::flow
                  ? read_flow_run(config, steps)
                  : read_run(config, levels, steps, unclipped_levels(config, levels), rule == SigmaRule::karras);
    run.last = final_sigma(config, levels.ratios().front());
    const int wanted = config.integer("solver_order", 2);
    sampler.order = read_order(config, steps);
    sampler.predict_x0 = algorithm == "dpmsolver++";
    // Fewer steps than the order are the start of one group, whatever lower_order_final says.
    sampler.lower_order_final = wanted == sampler.order && config.flag("lower_order_final", false);
    return compile_run(config, levels, run, sampler, *sampler.predict_x0 ? Integrand::data : Integrand::noise);
}

Program build_deis(const SchedulerConfig& config, int steps) {
    static constexpr std::string_view kTypes[] = {"deis", "dpmsolver", "dpmsolver++"};
    static constexpr std::string_view kSolvers[] = {"logrho", "midpoint", "heun", "bh1", "bh2"};
    require_plain(config);
    config.choice("algorithm_type", "deis", kTypes);
    config.choice("solver_type", "logrho", kSolvers);
    const NoiseLevels levels(config, {});
    const SigmaRule rule = read_single_rule(config);
    Run run = rule == SigmaRule::flow ? read_flow_run(config, steps)
                                      : read_run(config, levels, steps, levels.count(), rule == SigmaRule::karras);
    run.last = rule == SigmaRule::levels ? levels.ratios().front() : run.sigmas.back();
    SamplerSettings sampler = {.name = "deis",
                               .order = read_order(config, static_cast<int>(run.times.size())),
                               .lower_order_final = config.flag("lower_order_final", true)};
    read_limits(config, false, sampler);
    return compile_run(config, levels, run, sampler, Integrand::noise_of_data);
}

/// UniPC's own flow sigmas: of N+1 values from 1 to 1/T all but the last, shifted and stretched to shift_terminal.
Run read_unipc_flow_run(const SchedulerConfig& config, int steps) {
    constexpr double kBelowOne = 1e-6;
    const int levels = config.integer("num_train_timesteps", 1000);
    Run run{.flow = true};
    for (const double sigma : linspace(1, 1.0 / levels, steps + 1)) {
        run.sigmas.push_back(flow_shifted(sigma, config.number("flow_shift", 1)));
    }
    run.sigmas.pop_back();
    if (const double terminal = config.number("shift_terminal", 0); terminal != 0) {
        const double scale = (1 - run.sigmas.back()) / (1 - terminal);
        for (double& sigma : run.sigmas) sigma = 1 - (1 - sigma) / scale;
    }
    if (std::abs(run.sigmas.front() - 1) < kBelowOne) run.sigmas.front() -= kBelowOne;
    for (const double sigma : run.sigmas) run.times.push_back(std::trunc(sigma * levels));
    return run;
}

/// The Karras spacing of σ/α as σ of a straight path.
void bend_to_flow(const SchedulerConfig& config, Run& run) {
    run.flow = true;
    for (std::size_t i = 0; i < run.sigmas.size(); ++i) {
        run.sigmas[i] /= run.sigmas[i] + 1;
        run.times[i] = std::trunc(run.sigmas[i] * config.integer("num_train_timesteps", 1000));
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
    if (config.has("solver_p")) config.refuse("solver_p", "no other predictor can be put in");
    const NoiseLevels levels(config, {.terminal = kTerminalAlphaBar});
    const SigmaRule rule = read_sigma_rule(config);
    const bool flow = config.flag("use_flow_sigmas", false);
    if (flow && (rule == SigmaRule::exponential || rule == SigmaRule::beta)) {
        config.refuse("use_flow_sigmas", "the library does not turn these sigmas into those of a flow");
    }
    if (config.has("shift_terminal") && rule != SigmaRule::flow) {
        config.refuse("shift_terminal", "has a meaning with use_flow_sigmas alone");
    }
    Run run = rule == SigmaRule::flow ? read_unipc_flow_run(config, steps)
                                      : read_run(config, levels, steps, levels.count(), rule == SigmaRule::karras);
    if (flow && rule == SigmaRule::karras) bend_to_flow(config, run);
    run.last = final_sigma(config, rule == SigmaRule::levels ? levels.ratios().front() : run.sigmas.back());
    const bool data = config.flag("predict_x0", true);
    SamplerSettings sampler = {.name = "unipc",
                               .order = read_order(config, static_cast<int>(run.times.size())),
                               .variant = config.choice("solver_type", "bh2", kSolvers) == "bh1" ? "bh1" : "bh2",
                               .predict_x0 = data,
                               .lower_order_final = config.flag("lower_order_final", true),
                               .uncorrected_steps = read_uncorrected(config)};
    read_limits(config, false, sampler);
    if (!data) sampler.threshold = sampler.threshold_max = std::nullopt;  // the library limits data predictions alone
    return compile_run(config, levels, run, sampler, data ? Integrand::data : Integrand::noise);
}

/// What all these classes have, and `more`.
std::vector<std::string_view> fields(std::initializer_list<std::string_view> more) {
    std::vector<std::string_view> all = {
        "num_train_timesteps", "beta_start",      "beta_end",          "beta_schedule",
        "trained_betas",       "solver_order",    "prediction_type",   "thresholding",
        "sample_max_value",    "solver_type",     "lower_order_final", "dynamic_thresholding_ratio",
        "use_karras_sigmas",   "use_beta_sigmas", "use_flow_sigmas",   "use_exponential_sigmas",
        "flow_shift",          "time_shift_type", "sigma_min",         "use_dynamic_shifting",
        "sigma_max",
    };
    all.insert(all.end(), more);
    return all;
}

}  // namespace

std::vector<SchedulerClass> multistep_schedulers() {
    return {
        {"DPMSolverMultistepScheduler",
         fields({"algorithm_type", "euler_at_final", "use_lu_lambdas", "final_sigmas_type", "lambda_min_clipped",
                 "variance_type", "timestep_spacing", "steps_offset", "rescale_betas_zero_snr"}),
         build_dpm_multistep},
        {"DPMSolverSinglestepScheduler",
         fields({"algorithm_type", "final_sigmas_type", "lambda_min_clipped", "variance_type"}), build_dpm_single},
        {"DEISMultistepScheduler", fields({"algorithm_type", "timestep_spacing", "steps_offset"}), build_deis},
        {"UniPCMultistepScheduler",
         fields({"predict_x0", "disable_corrector", "solver_p", "timestep_spacing", "steps_offset", "final_sigmas_type",
                 "rescale_betas_zero_snr", "shift_terminal"}),
         build_unipc},
    };
}

}  // namespace scorefield::diffusion
