#include "diffusion/scheduler/sigma_sequence.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "diffusion/scheduler/family.hpp"
#include "diffusion/scheduler/timesteps.hpp"

namespace scorefield::diffusion {
namespace {

Node sequence_node(const NoiseLevels& levels, const SigmaSequence& sequence, double sigma, double c_noise) {
    if (sigma == 0) return clean_node();
    if (sequence.flow) return {.t = sigma, .at = {1 - sigma, sigma}, .c_in = 1, .c_noise = c_noise};
    const double alpha = 1 / std::hypot(sigma, 1.0);
    return {.t = levels.time_of(sigma), .at = {alpha, sigma * alpha}, .c_in = 1, .c_noise = c_noise};
}

TimeGrid sequence_grid(const NoiseLevels& levels, const SigmaSequence& sequence) {
    constexpr double kSame = 1e-12;  // the last sigma by another formula
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < sequence.sigmas.size(); ++i) {
        nodes.push_back(sequence_node(levels, sequence, sequence.sigmas[i], sequence.times[i]));
    }
    const bool same = std::abs(sequence.last / sequence.sigmas.back() - 1) < kSame;
    const Node end = same ? nodes.back() : sequence_node(levels, sequence, sequence.last, 0);
    return {sequence.flow ? make_process({.name = "flow"}) : levels.process(), chain(nodes, end), 1, false};
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

}  // namespace

int unclipped_levels(const SchedulerConfig& config, const NoiseLevels& levels) {
    const double lowest = config.number("lambda_min_clipped", -std::numeric_limits<double>::infinity());
    const auto left = std::ranges::count_if(levels.ratios(), [&](double ratio) { return -std::log(ratio) >= lowest; });
    if (left == 0) {
        config.refuse("lambda_min_clipped", "leaves no noise level",
                      fmt::format("give at most {:.4g}", -std::log(levels.ratios().front())));
    }
    return static_cast<int>(left);
}

SigmaSequence read_sigma_sequence(const SchedulerConfig& config, const NoiseLevels& levels, int steps, int highest,
                                  bool rounds) {
    require_steps(config, steps, levels.count());
    const SigmaRule rule = read_sigma_rule(config);
    SigmaSequence sequence;
    if (rule == SigmaRule::levels) {
        const std::string spacing = config.choice("timestep_spacing", "linspace", kSpacingNames);
        sequence.times =
            multistep_timesteps(spacing, levels.count(), highest, steps, config.integer("steps_offset", 0));
        for (const double t : sequence.times) sequence.sigmas.push_back(levels.ratio_at(t));
        return sequence;
    }
    const auto [high, low] = read_sigma_range(config, {levels.ratios().back(), levels.ratios().front()});
    sequence.sigmas = spread_sigmas(rule, high, low, steps);
    for (const double sigma : sequence.sigmas) {
        const double t = levels.time_of(sigma);
        sequence.times.push_back(rounds ? round_half_even(t) : std::trunc(t));
    }
    return sequence;
}

SigmaSequence read_inverse_sequence(const SchedulerConfig& config, const NoiseLevels& levels, int steps) {
    require_steps(config, steps, levels.count());
    const SigmaRule rule = read_sigma_rule(config);
    SigmaSequence sequence;
    if (rule == SigmaRule::levels) {
        const int highest = unclipped_levels(config, levels);
        const std::string spacing = config.choice("timestep_spacing", "linspace", kSpacingNames);
        sequence.times = inverse_timesteps(spacing, levels.count(), highest, steps, config.integer("steps_offset", 0));
        for (const double t : sequence.times) sequence.sigmas.push_back(levels.ratio_at(t));
        sequence.last = levels.ratio_at(highest - 1);
    } else {
        sequence.sigmas = spread_sigmas(rule, levels.ratios().front(), levels.ratios().back(), steps);
        for (const double sigma : sequence.sigmas) {
            const double t = levels.time_of(sigma);
            sequence.times.push_back(rule == SigmaRule::karras ? round_half_even(t) : t);
        }
        sequence.last = sequence.sigmas.back();
    }
    sequence.times.erase(std::unique(sequence.times.begin(), sequence.times.end()), sequence.times.end());
    if (sequence.times.size() < sequence.sigmas.size()) sequence.last = sequence.sigmas[sequence.times.size()];
    sequence.sigmas.resize(sequence.times.size());
    for (double& t : sequence.times) t = std::trunc(t);
    return sequence;
}

SigmaSequence read_flow_sequence(const SchedulerConfig& config, int steps) {
    const int levels = config.integer("num_train_timesteps", 1000);
    const double shift = read_flow_shift(config, "flow_shift");
    SigmaSequence sequence{.flow = true};
    for (const double alpha : linspace(1, 1.0 / levels, steps + 1)) {
        sequence.sigmas.insert(sequence.sigmas.begin(), flow_shifted(1 - alpha, shift));
    }
    sequence.sigmas.pop_back();
    for (const double sigma : sequence.sigmas) sequence.times.push_back(std::trunc(sigma * levels));
    return sequence;
}

Program compile_sequence(const SchedulerConfig& config, const NoiseLevels& levels, const SigmaSequence& sequence,
                         const SamplerSettings& settings, Integrand integrand) {
    const SamplerSettings sampler = drop_ineffective(settings);  // solver_type says nothing of the first order
    const Prediction prediction = read_prediction(config, 4);
    if (prediction == Prediction::velocity && integrand == Integrand::noise) {
        config.refuse("prediction_type", "diffusers does not compute the noise from flow_prediction",
                      sampler.name == "unipc" ? "give another, or set predict_x0 to true"
                                              : "give another, or algorithm_type dpmsolver++");
    }
    const TimeGrid grid = sequence_grid(levels, sequence);
    if (!sequence.flow && prediction == Prediction::velocity) {
        const bool noise = integrand == Integrand::noise_of_data;
        if (noise && sampler.threshold)
            config.refuse("thresholding", "not supported with flow_prediction without use_flow_sigmas",
                          "set it to false, or use_flow_sigmas to true");
        Program program = compile_program(grid, noise ? Prediction::epsilon : Prediction::x0, sampler);
        substitute_output(program, [noise](const Eval& at) -> AffineForm {
            const double ratio = at.sigma / at.alpha;
            return noise ? AffineForm{(1 - at.alpha) / ratio, at.alpha} : AffineForm{1, -ratio};
        });
        program.prediction = prediction;
        return program;
    }
    if (sequence.flow && prediction == Prediction::v) {
        const bool noise = integrand == Integrand::noise;
        Program program = compile_program(grid, noise ? Prediction::epsilon : Prediction::x0, sampler);
        substitute_output(program, [noise](const Eval& at) -> AffineForm {
            return noise ? AffineForm{at.sigma, at.alpha} : AffineForm{at.alpha, -at.sigma};
        });
        program.prediction = prediction;
        return program;
    }
    return compile_program(grid, prediction, sampler);
}

}  // namespace scorefield::diffusion
