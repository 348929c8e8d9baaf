#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "base/error.hpp"
#include "diffusion/processes/ddpm.hpp"
#include "diffusion/scheduler/family.hpp"
#include "diffusion/scheduler/timesteps.hpp"

namespace scorefield::diffusion {
namespace {

constexpr int kMostSteps = 1'000'000;
constexpr double kMostRho = 1e3;  // beyond, all σ are one but for rounding

/// σ_max … σ_min of Karras et al. 2022, or log-uniform.
std::vector<double> edm_sigmas(const SchedulerConfig& config, int steps) {
    static constexpr std::string_view kRules[] = {"karras", "exponential"};
    require_steps(config, steps, kMostSteps);
    const bool karras = config.choice("sigma_schedule", "karras", kRules) == "karras";
    const double low = config.number("sigma_min", 0.002);
    const double high = config.number("sigma_max", 80);
    if (!(high > 0)) config.refuse("sigma_max", "not above 0", "give a number above 0");
    if (!(low > 0 && low < high))
        config.refuse("sigma_min", "not between 0 and sigma_max", fmt::format("give > 0, below {:g}", high));
    if (high > kMaxProcessScale)
        config.refuse("sigma_max", "out of range", fmt::format("give at most {:g}", kMaxProcessScale));
    const double rho = config.number("rho", 7);
    if (!(rho > 0 && rho <= kMostRho))
        config.refuse("rho", "out of range", fmt::format("give > 0, at most {:g}", kMostRho));
    if (!karras && steps == 1) {  // the library counts them from the other end
        throw base::request_error("too few steps", "`steps`",
                                  "with sigma_schedule exponential, a single step starts at sigma_min",
                                  "use `steps` 2 or more, or sigma_schedule karras");
    }
    return spread_sigmas(karras ? SigmaRule::karras : SigmaRule::exponential, high, low, steps, rho);
}

Node edm_node(double sigma) {
    if (sigma == 0) return clean_node();
    return {.t = sigma, .at = {1, sigma}, .c_in = 1, .c_noise = sigma};
}

TimeGrid edm_grid(const SchedulerConfig& config, int steps, double last) {
    std::vector<Node> nodes;
    for (const double sigma : edm_sigmas(config, steps)) nodes.push_back(edm_node(sigma));
    const double high = config.number("sigma_max", 80);
    const auto process =
        make_process({.name = "edm", .sigma_min = config.number("sigma_min", 0.002), .sigma_max = high});
    return {process, chain(nodes, edm_node(last)), std::hypot(high, 1.0), false};
}

/// The library's v_prediction is the same preconditioning with the network's output negated, which is what a negative
/// σ_data comes to.
Parametrisation edm_parametrisation(const SchedulerConfig& config) {
    const double deviation = config.number("sigma_data", 0.5);
    if (!(deviation > 0 && deviation <= kMaxProcessScale))
        config.refuse("sigma_data", "out of range", fmt::format("give > 0, at most {:g}", kMaxProcessScale));
    const Prediction prediction = read_prediction(config);
    if (prediction == Prediction::x0)
        config.refuse("prediction_type", config.class_name() + " has no 'sample'", "give epsilon or v_prediction");
    return {Prediction::edm, prediction == Prediction::v ? -deviation : deviation};
}

bool ends_clean(const SchedulerConfig& config) {
    return config.choice("final_sigmas_type", "zero", kFinalSigmaNames) == "zero";
}

Program build_edm_euler(const SchedulerConfig& config, int steps) {
    const double last = ends_clean(config) ? 0 : edm_sigmas(config, steps).back();
    return compile_program(edm_grid(config, steps, last), edm_parametrisation(config), {.name = "euler"});
}

Program build_edm_dpm(const SchedulerConfig& config, int steps) {
    static constexpr std::string_view kAlgorithms[] = {"dpmsolver++", "sde-dpmsolver++", "deis"};
    static constexpr std::string_view kSolvers[] = {"midpoint", "heun", "logrho", "bh1", "bh2"};
    const bool stochastic = config.choice("algorithm_type", "dpmsolver++", kAlgorithms) == "sde-dpmsolver++";
    const int order = config.integer("solver_order", 2);
    if (order < 1 || order > 3) config.refuse("solver_order", "not 1, 2 or 3", "give one of them");
    if (stochastic && order == 3) {
        config.refuse("solver_order", "the stochastic solver has no third order", "give 2");
    }
    const bool heun = config.choice("solver_type", "midpoint", kSolvers) == "heun";
    SamplerSettings sampler = {.name = stochastic ? "dpmpp_sde" : "dpmpp_2m",
                               .order = std::min(order, steps),
                               .variant = heun ? "heun" : "midpoint",
                               .lower_order_final = config.flag("lower_order_final", true),
                               .euler_at_final = config.flag("euler_at_final", false)};
    read_limits(config, false, sampler);
    const double lowest = steps == 1 ? config.number("sigma_min", 0.002) : edm_sigmas(config, steps).back();
    return compile_program(edm_grid(config, steps, ends_clean(config) ? 0 : lowest), edm_parametrisation(config),
                           drop_ineffective(sampler));
}

/// From 1 to the smallest training σ, both shifted, and shifted anew as the library does.
std::vector<double> flow_sigmas(const SchedulerConfig& config, int steps) {
    const int levels = config.integer("num_train_timesteps", 1000);
    if (levels < 1) config.refuse("num_train_timesteps", "below 1", "give 1 or more");
    require_steps(config, steps, levels);
    const double shift = read_flow_shift(config, "shift");
    // What is shifted by mu goes from 1 to 1/T; by the file's shift, to that already shifted.
    const double lowest = 1.0 / levels;
    const bool dynamic = config.flag("use_dynamic_shifting", false);
    std::vector<double> sigmas = linspace(1, dynamic ? lowest : flow_shifted(lowest, shift), steps);
    for (double& sigma : sigmas) sigma = flow_shifted(sigma, shift);
    return sigmas;
}

TimeGrid flow_grid(const SchedulerConfig& config, const std::vector<double>& sigmas, double last) {
    const double levels = config.integer("num_train_timesteps", 1000);
    std::vector<Node> nodes;
    nodes.reserve(sigmas.size());
    for (const double sigma : sigmas) {
        nodes.push_back({.t = sigma, .at = {1 - sigma, sigma}, .c_in = 1, .c_noise = sigma * levels});
    }
    const Node end = {.t = last, .at = {1 - last, last}, .c_in = 1, .c_noise = last * levels};
    return {make_process({.name = "flow"}), chain(nodes, end), 1, false};
}

/// x + (σ_s − σ_t)·F, which is DDIM on the straight path; towards the noise where the sigmas are inverted.
Program build_flow_euler(const SchedulerConfig& config, int steps) {
    if (config.flag("use_dynamic_shifting", false) && !config.mu()) {
        config.refuse("use_dynamic_shifting", "the shift depends on the image size",
                      "give the mu of that size with `scheduler.mu`, or set it to false");
    }
    std::vector<double> sigmas = flow_sigmas(config, steps);
    if (const double terminal = config.number("shift_terminal", 0); terminal != 0) {
        if (!(terminal > 0 && terminal < 1))
            config.refuse("shift_terminal", "not between 0 and 1", "give > 0, below 1");
        if (steps == 1)
            config.refuse("shift_terminal", "needs two steps or more", "use `steps` 2 or more, or leave it out");
        const double scale = (1 - sigmas.back()) / (1 - terminal);
        for (double& sigma : sigmas) sigma = 1 - (1 - sigma) / scale;
    }
    if (const SigmaRule rule = read_sigma_rule(config); rule != SigmaRule::levels) {
        const auto [high, low] = read_sigma_range(config, {sigmas.front(), sigmas.back()});
        sigmas = spread_sigmas(rule, high, low, steps);
    }
    const bool inverted = config.flag("invert_sigmas", false);
    const bool stochastic = config.flag("stochastic_sampling", false);
    if (inverted) {
        for (double& sigma : sigmas) sigma = 1 - sigma;
    }
    const std::string name = stochastic ? "consistency" : inverted ? "ddim_inverse" : "ddim";
    return compile_program(flow_grid(config, sigmas, inverted ? 1 : 0), Prediction::velocity, {.name = name});
}

Program build_flow_heun(const SchedulerConfig& config, int steps) {
    return compile_program(flow_grid(config, flow_sigmas(config, steps), 0), Prediction::velocity,
                           {.name = "heun", .variable = "time"});
}

/// The σ of the nodes and of the end: sin²(πs/2) of s from 1 to 0, or trained_betas.
std::vector<double> ipndm_sigmas(const SchedulerConfig& config, int steps) {
    require_steps(config, steps, kMaxTrainSteps);
    std::vector<double> sigmas = config.numbers("trained_betas");
    if (sigmas.empty()) {
        for (int i = steps; i >= 0; --i) {
            const double root = std::sin(std::numbers::pi / 2 * i / steps);
            sigmas.push_back(root * root);
        }
        return sigmas;
    }
    if (sigmas.size() < 2) config.refuse("trained_betas", "needs at least two values", "give two or more");
    if (sigmas.size() != static_cast<std::size_t>(steps) + 1) {
        config.refuse("trained_betas", fmt::format("{} values do not fit {} steps", sigmas.size(), steps),
                      fmt::format("use `steps` {}", sigmas.size() - 1));
    }
    const bool falls = std::ranges::adjacent_find(sigmas, std::less_equal<>()) == sigmas.end();
    if (!falls || !(sigmas.front() <= 1) || !(sigmas.back() >= 0)) {
        config.refuse("trained_betas", "not decreasing from 1 to 0", "give each smaller than the one before");
    }
    return sigmas;
}

/// Tells the network 2/π·atan2(σ, α), whose output is v.
Program build_ipndm(const SchedulerConfig& config, int steps) {
    std::vector<Marginal> levels;
    std::vector<Node> nodes;
    for (const double sigma : ipndm_sigmas(config, steps)) {
        const Marginal at = {std::sqrt(1 - sigma * sigma), sigma};
        nodes.push_back({.t = static_cast<double>(steps) - static_cast<double>(nodes.size()) - 1,
                         .at = at,
                         .c_in = 1,
                         .c_noise = std::atan2(at.sigma, at.alpha) / std::numbers::pi * 2});
        if (sigma > 0) levels.push_back(at);
    }
    const Node end = nodes.back().at.sigma > 0 ? nodes.back() : clean_node();
    nodes.pop_back();
    std::ranges::reverse(levels);
    const auto process = std::make_shared<DdpmProcess>(std::move(levels));
    return compile_program(TimeGrid(process, chain(nodes, end), 1, false), Prediction::v, {.name = "ipndm"});
}

}  // namespace

std::vector<SchedulerClass> plain_schedulers() {
    return {
        {"EDMEulerScheduler",
         {"sigma_min", "sigma_max", "sigma_data", "sigma_schedule", "num_train_timesteps", "prediction_type", "rho",
          "final_sigmas_type"},
         build_edm_euler},
        {"EDMDPMSolverMultistepScheduler",
         {"sigma_min", "sigma_max", "sigma_data", "sigma_schedule", "num_train_timesteps", "prediction_type", "rho",
          "final_sigmas_type", "solver_order", "thresholding", "dynamic_thresholding_ratio", "sample_max_value",
          "algorithm_type", "solver_type", "lower_order_final", "euler_at_final"},
         build_edm_dpm},
        {"FlowMatchEulerDiscreteScheduler",
         {"num_train_timesteps", "shift", "use_dynamic_shifting", "base_shift", "max_shift", "base_image_seq_len",
          "max_image_seq_len", "invert_sigmas", "shift_terminal", "use_karras_sigmas", "use_exponential_sigmas",
          "use_beta_sigmas", "time_shift_type", "stochastic_sampling", "sigma_min", "sigma_max"},
         build_flow_euler},
        {"FlowMatchHeunDiscreteScheduler", {"num_train_timesteps", "shift"}, build_flow_heun},
        {"IPNDMScheduler", {"num_train_timesteps", "trained_betas"}, build_ipndm},
    };
}

}  // namespace scorefield::diffusion
