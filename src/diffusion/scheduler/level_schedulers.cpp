#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "diffusion/samplers/pndm.hpp"
#include "diffusion/scheduler/family.hpp"
#include "diffusion/scheduler/timesteps.hpp"

namespace scorefield::diffusion {
namespace {

/// Whole timesteps, first the one evaluated first.
std::vector<int> level_times(const SchedulerConfig& config, int levels, int steps, std::string_view spacing) {
    require_steps(config, steps, levels);
    require_noisy_start(config, steps, levels, spacing);
    std::vector<int> times;
    for (const double t : spaced_timesteps(spacing, levels, steps, config.integer("steps_offset", 0))) {
        const int level = static_cast<int>(round_half_even(t));
        if (level < 0 || level >= levels) {
            config.refuse("steps_offset", fmt::format("gives timesteps outside 0 … {}", levels - 1),
                          fmt::format("give 0 … {}", levels - 1 - (steps - 1) * (levels / steps)));
        }
        times.push_back(level);
    }
    return times;
}

std::string read_spacing(const SchedulerConfig& config) {
    return config.choice("timestep_spacing", "leading", kSpacingNames);
}

/// The levels with what lies below them: no noise, or that of level 0.
class Ladder {
  public:
    Ladder(const NoiseLevels& levels, bool clean_end) : levels_(levels), clean_end_(clean_end) {}

    /// The node of level t as a network sees it that is told `c_noise`.
    Node at(int t, double c_noise) const {
        if (t < 0 && clean_end_) return {.t = 0, .at = {}, .c_in = 1, .c_noise = c_noise};
        const int level = std::max(t, 0);
        return {.t = static_cast<double>(level), .at = levels_.marginal(level), .c_in = 1, .c_noise = c_noise};
    }
    Node at(int t) const { return at(t, t); }
    std::vector<Node> nodes(const std::vector<int>& times) const {
        std::vector<Node> all;
        all.reserve(times.size());
        for (const int t : times) all.push_back(at(t));
        return all;
    }

  private:
    const NoiseLevels& levels_;
    bool clean_end_;
};

/// prediction_type, refused where an estimate divides by what a node has not.
Prediction read_level_prediction(const SchedulerConfig& config, const std::vector<Step>& way) {
    const Prediction prediction = read_prediction(config);
    for (const Step& step : way) {
        if (prediction == Prediction::epsilon && step.from.at.alpha == 0) {
            config.refuse("prediction_type", "the first timestep has no signal, so epsilon does not determine the data",
                          "give v_prediction or sample, or leave rescale_betas_zero_snr out");
        }
        if (prediction == Prediction::x0 && step.from.at.sigma == 0) {
            config.refuse("prediction_type", "the first timestep has no noise, so sample does not determine the noise",
                          "give epsilon or v_prediction, or set set_alpha_to_one to false");
        }
    }
    return prediction;
}

/// Steps from t to t − ⌊levels/N⌋, which need not be the next timestep.
Program build_ddim(const SchedulerConfig& config, int steps) {
    const NoiseLevels levels(config, {});
    const std::vector<int> times = level_times(config, levels.count(), steps, read_spacing(config));
    const Ladder ladder(levels, config.flag("set_alpha_to_one", true));
    std::vector<Step> way;
    way.reserve(times.size());
    for (const int t : times) {
        way.push_back({static_cast<int>(way.size()), ladder.at(t), ladder.at(t - levels.count() / steps)});
    }
    SamplerSettings sampler = {.name = "ddim"};
    read_limits(config, true, sampler);
    if (sampler.clip || sampler.threshold) sampler.limited_noise = false;
    return compile_program(TimeGrid(levels.process(), way, 1, false), read_level_prediction(config, way), sampler);
}

/// Asks the network about t with the scales of t − ⌊levels/N⌋, and goes to those of t.
Program build_ddim_inverse(const SchedulerConfig& config, int steps) {
    static constexpr std::string_view kSpacings[] = {"leading", "trailing"};
    const NoiseLevels levels(config, {});
    std::vector<int> times =
        level_times(config, levels.count(), steps, config.choice("timestep_spacing", "leading", kSpacings));
    std::ranges::reverse(times);
    const Ladder ladder(levels, config.flag("set_alpha_to_one", true));
    std::vector<Step> way;
    way.reserve(times.size());
    for (const int t : times) {
        way.push_back({static_cast<int>(way.size()), ladder.at(t - levels.count() / steps, t), ladder.at(t)});
    }
    SamplerSettings sampler = {.name = "ddim_inverse"};
    read_limits(config, true, sampler);
    if (sampler.clip) sampler.limited_noise = false;
    return compile_program(TimeGrid(levels.process(), way, 1, false), read_level_prediction(config, way), sampler);
}

Program build_ddpm(const SchedulerConfig& config, int steps) {
    static constexpr std::string_view kVariances[] = {"fixed_small",     "fixed_small_log", "fixed_large",
                                                      "fixed_large_log", "learned",         "learned_range"};
    static constexpr std::string_view kSchedules[] = {"linear", "scaled_linear", "squaredcos_cap_v2", "laplace",
                                                      "sigmoid"};
    const NoiseLevels levels(config, {.schedules = kSchedules});
    const std::vector<int> times = level_times(config, levels.count(), steps, read_spacing(config));
    const std::string variance = config.choice("variance_type", "fixed_small", kVariances);
    if (variance.starts_with("learned"))
        config.refuse("variance_type", "learned variances are not supported", "give fixed_small or fixed_large");
    if (variance == "fixed_large_log") {
        config.refuse("variance_type", "diffusers takes the square root of a negative number here", "give fixed_large");
    }
    const Ladder ladder(levels, true);
    const std::vector<Step> way = chain(ladder.nodes(times), clean_node());
    const bool large = variance == "fixed_large";
    SamplerSettings sampler = {.name = "ddpm", .form = "x0", .variance = large ? "large" : "small"};
    sampler.final_noise = large && times.back() > 0;
    read_limits(config, true, sampler);
    return compile_program(TimeGrid(levels.process(), way, 1, false), read_level_prediction(config, way), sampler);
}

/// ⌊i·M/N⌋ of the M = original_inference_steps timesteps k·⌊levels/M⌋ − 1, from the last on.
Program build_lcm(const SchedulerConfig& config, int steps) {
    const NoiseLevels levels(config, {.start = 0.00085, .end = 0.012, .schedule = "scaled_linear"});
    const int original = config.integer("original_inference_steps", 50);
    if (original < 1 || original > levels.count())
        config.refuse("original_inference_steps", "out of range", fmt::format("give 1 … {}", levels.count()));
    require_steps(config, steps, original);
    const Ladder ladder(levels, true);
    std::vector<Node> nodes;
    for (int i = 0; i < steps; ++i) {
        const int index = static_cast<int>(std::floor(i * (static_cast<double>(original) / steps)));
        nodes.push_back(ladder.at((original - index) * (levels.count() / original) - 1));
    }
    const double scaling = config.number("timestep_scaling", 10);
    if (!sampler_parameter_values("timestep_scaling")->holds(scaling))
        config.refuse("timestep_scaling", "out of range", fmt::format("give > 0, at most {:g}", kMaxSamplerValue));
    SamplerSettings sampler = {.name = "lcm", .variant = "timestep", .timestep_scaling = scaling};
    read_limits(config, false, sampler);
    const std::vector<Step> way = chain(nodes, clean_node());
    return compile_program(TimeGrid(levels.process(), way, 1, false), read_level_prediction(config, way), sampler);
}

/// The stages in the library's own order: transfers of ⌊levels/N⌋ whatever the spacing.
class PndmStages {
  public:
    PndmStages(const SchedulerConfig& config, const Ladder& ladder, int levels, int stride)
        : config_(config), ladder_(ladder), levels_(levels), stride_(stride) {}

    void add(int step, PndmRule rule, int at, int from, int to) {
        for (const int t : {at, from}) {
            if (t < 0 || t >= levels_)
                config_.refuse("timestep_spacing", fmt::format("gives timesteps outside 0 … {}", levels_ - 1),
                               "give leading");
        }
        stages_.push_back({step, rule, ladder_.at(at), ladder_.at(from), ladder_.at(to)});
    }

    /// The four last of `times`, which grow: three Runge–Kutta steps of four evaluations.
    void add_warm_up(const std::vector<int>& times) {
        constexpr std::array kRules = {PndmRule::slope_1, PndmRule::slope_2, PndmRule::slope_3, PndmRule::slope_4};
        const int half = stride_ / 2;
        std::vector<int> asked;
        for (auto t = times.end() - 4; t != times.end(); ++t) asked.insert(asked.end(), {*t, *t, *t + half, *t + half});
        // Without the first of the lowest pair and without the half step beyond the highest timestep.
        asked = std::vector<int>(asked.begin() + 1, asked.end() - 3);
        std::ranges::reverse(asked);
        for (std::size_t j = 0; j < asked.size(); ++j) {
            const int to = asked[j] - (j % 2 == 0 ? half : 0);
            add(static_cast<int>(j / 4), kRules.at(j % 4), asked[j], asked[j / 4 * 4], to);
        }
    }

    /// Linear multistep over `times`, which fall, as steps from `first` on.
    void add_multistep(const std::vector<int>& times, int first) {
        for (std::size_t i = 0; i < times.size(); ++i) {
            const bool start = first == 0 && i == 0;
            const int step = first + static_cast<int>(i);
            add(step, start ? PndmRule::start : PndmRule::extrapolate, times[i], times[i], times[i] - stride_);
            if (start && times.size() > 1) add(step, PndmRule::average, times[1], times[1] + stride_, times[1]);
        }
    }

    const std::vector<PndmStage>& all() const { return stages_; }

  private:
    const SchedulerConfig& config_;
    const Ladder& ladder_;
    int levels_;
    int stride_;
    std::vector<PndmStage> stages_;
};

Program build_pndm(const SchedulerConfig& config, int steps) {
    const NoiseLevels levels(config, {});
    const Prediction prediction = read_prediction(config);
    if (prediction == Prediction::x0)
        config.refuse("prediction_type", "PNDMScheduler has no 'sample'", "give epsilon or v_prediction");
    std::vector<int> times = level_times(config, levels.count(), steps, read_spacing(config));
    const Ladder ladder(levels, config.flag("set_alpha_to_one", false));
    PndmStages stages(config, ladder, levels.count(), levels.count() / steps);
    int first = 0;
    if (!config.flag("skip_prk_steps", false)) {
        if (steps < 4) config.refuse("skip_prk_steps", "the Runge-Kutta start needs 4 steps or more", "set it to true");
        std::ranges::reverse(times);
        stages.add_warm_up(times);
        std::ranges::reverse(times);
        first = 3;
    }
    stages.add_multistep({times.begin() + first, times.end()}, first);
    const std::vector<Node> nodes = ladder.nodes(times);
    const TimeGrid grid(levels.process(), chain(nodes, clean_node()), 1, false);
    const SamplerSettings sampler = {.name = "pndm"};
    ProgramBuilder builder(grid, prediction, sampler, nullptr);
    emit_pndm_stages(builder, stages.all(), true);
    Program program = builder.take();
    program.sampler = sampler.name;
    program.process = grid.process().name();
    program.prediction = prediction;
    program.steps = steps;
    program.validate();
    return program;
}

}  // namespace

std::vector<SchedulerClass> level_schedulers() {
    return {
        {"DDIMScheduler",
         {"num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "clip_sample",
          "set_alpha_to_one", "steps_offset", "prediction_type", "thresholding", "dynamic_thresholding_ratio",
          "clip_sample_range", "sample_max_value", "timestep_spacing", "rescale_betas_zero_snr"},
         build_ddim},
        {"DDIMInverseScheduler",
         {"num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "clip_sample",
          "set_alpha_to_one", "steps_offset", "prediction_type", "clip_sample_range", "timestep_spacing",
          "rescale_betas_zero_snr"},
         build_ddim_inverse},
        {"DDPMScheduler",
         {"num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "variance_type",
          "clip_sample", "prediction_type", "thresholding", "dynamic_thresholding_ratio", "clip_sample_range",
          "sample_max_value", "timestep_spacing", "steps_offset", "rescale_betas_zero_snr"},
         build_ddpm},
        {"LCMScheduler",
         {"num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "original_inference_steps",
          "clip_sample", "clip_sample_range", "set_alpha_to_one", "steps_offset", "prediction_type", "thresholding",
          "dynamic_thresholding_ratio", "sample_max_value", "timestep_spacing", "timestep_scaling",
          "rescale_betas_zero_snr"},
         build_lcm},
        {"PNDMScheduler",
         {"num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "skip_prk_steps",
          "set_alpha_to_one", "prediction_type", "timestep_spacing", "steps_offset"},
         build_pndm},
    };
}

}  // namespace scorefield::diffusion
