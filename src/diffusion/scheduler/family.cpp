#include "diffusion/scheduler/family.hpp"

#include <fmt/core.h>

#include <array>
#include <cmath>

#include "base/error.hpp"
#include "diffusion/beta_quantile.hpp"
#include "diffusion/scheduler/timesteps.hpp"

namespace scorefield::diffusion {

Prediction read_prediction(const SchedulerConfig& config, std::size_t names) {
    static constexpr std::array<std::string_view, 4> kNames = {"epsilon", "sample", "v_prediction", "flow_prediction"};
    const std::string name = config.choice("prediction_type", "epsilon", std::span(kNames).first(names));
    if (name == "epsilon") return Prediction::epsilon;
    if (name == "sample") return Prediction::x0;
    return name == "v_prediction" ? Prediction::v : Prediction::velocity;
}

void read_limits(const SchedulerConfig& config, bool clips, SamplerSettings& settings) {
    if (config.flag("thresholding", false)) {
        const double ratio = config.number("dynamic_thresholding_ratio", 0.995);
        const double most = config.number("sample_max_value", 1);
        if (!(ratio > 0 && ratio <= 1))
            config.refuse("dynamic_thresholding_ratio", "not > 0 and at most 1", "give 0.995, for example");
        if (!(most >= 1 && std::isfinite(most)))
            config.refuse("sample_max_value", "not a finite number >= 1", "give 1 or more");
        settings.threshold = ratio;
        settings.threshold_max = most;
        config.note(fmt::format("thresholding limits x0 to ±1; data outside this range are clipped"));
    } else if (config.flag("clip_sample", clips)) {
        const double range = config.number("clip_sample_range", 1);
        if (!sampler_parameter_values("clip")->holds(range))
            config.refuse("clip_sample_range", "out of range", fmt::format("give > 0, at most {:g}", kMaxSamplerValue));
        settings.clip = range;
        config.note(fmt::format(
            "{} x0 to ±{:g}. If the data exceed this range (standardised data exceed ±1), set clip_sample to false",
            config.has("clip_sample") ? "clip_sample clips" : "clip_sample (on by default) clips", range));
    }
}

SigmaRule read_sigma_rule(const SchedulerConfig& config) {
    const bool karras = config.flag("use_karras_sigmas", false);
    const bool exponential = config.flag("use_exponential_sigmas", false);
    const bool beta = config.flag("use_beta_sigmas", false);
    if (karras + exponential + beta > 1) {
        config.refuse(karras ? "use_karras_sigmas" : "use_exponential_sigmas",
                      "only one of use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas can be true",
                      "set the others to false");
    }
    if (karras) return SigmaRule::karras;
    if (config.flag("use_lu_lambdas", false)) return SigmaRule::lu;
    if (exponential) return SigmaRule::exponential;
    if (beta) return SigmaRule::beta;
    return config.flag("use_flow_sigmas", false) ? SigmaRule::flow : SigmaRule::levels;
}

std::vector<double> spread_sigmas(SigmaRule rule, double high, double low, int steps, double rho) {
    std::vector<double> sigmas = linspace(0, 1, steps);
    for (double& value : sigmas) {
        if (rule == SigmaRule::karras) {
            value = std::pow(std::lerp(std::pow(high, 1 / rho), std::pow(low, 1 / rho), value), rho);
        } else if (rule == SigmaRule::beta) {
            constexpr double kShape = 0.6;
            value = low + beta_quantile(1 - value, kShape, kShape) * (high - low);
        } else {
            value = std::exp(std::lerp(std::log(high), std::log(low), value));
        }
    }
    return sigmas;
}

SigmaRange read_sigma_range(const SchedulerConfig& config, const SigmaRange& presets) {
    const SigmaRange range = {config.number("sigma_max", presets.high), config.number("sigma_min", presets.low)};
    if (!(range.high > 0 && std::isfinite(range.high)))
        config.refuse("sigma_max", "not above 0", "give a number above 0");
    if (!(range.low > 0 && range.low <= range.high))
        config.refuse("sigma_min", "not between 0 and sigma_max", fmt::format("give > 0, at most {:g}", range.high));
    return range;
}

double read_flow_shift(const SchedulerConfig& config, const char* key) {
    static constexpr std::string_view kTypes[] = {"exponential", "linear"};
    const std::string type = config.choice("time_shift_type", "exponential", kTypes);
    if (config.flag("use_dynamic_shifting", false) && config.mu()) {
        const double shift = type == "linear" ? *config.mu() : std::exp(*config.mu());
        if (shift > 0 && shift <= kMaxProcessScale) return shift;
        throw base::request_error(
            "value out of range", "`scheduler.mu`",
            fmt::format("{:g} with time_shift_type {} gives the shift {:g}", *config.mu(), type, shift),
            type == "linear" ? fmt::format("give > 0, at most {:g}", kMaxProcessScale)
                             : fmt::format("give up to {:.4g}", std::log(kMaxProcessScale)));
    }
    const double shift = config.number(key, 1);
    if (!(shift > 0 && shift <= kMaxProcessScale))
        config.refuse(key, "out of range", fmt::format("give > 0, at most {:g}", kMaxProcessScale));
    return shift;
}

void require_shift(const SchedulerConfig& config) {
    if (!config.mu() || config.flag("use_dynamic_shifting", false)) return;
    throw base::request_error("flag without effect", "`scheduler.mu`", "use_dynamic_shifting is not enabled",
                              "leave it out");
}

double flow_shifted(double sigma, double shift) {
    return shift * sigma / (1 + (shift - 1) * sigma);
}

void require_steps(const SchedulerConfig& config, int steps, int levels) {
    if (steps >= 1 && steps <= levels) return;
    throw base::request_error("steps out of range", "`steps`",
                              fmt::format("{} allows 1 … {}, not {}", config.class_name(), levels, steps),
                              "give fewer of them");
}

void require_noisy_start(const SchedulerConfig& config, int steps, int levels, std::string_view spacing) {
    if (steps > 1 || levels == 1 || spacing == "trailing") return;
    if (spacing == "leading" && config.integer("steps_offset", 0) > 0) return;
    throw base::request_error(
        "too few steps", "`steps`",
        fmt::format("with timestep_spacing {}, a single step starts at timestep 0, which has almost no noise", spacing),
        "use `steps` 2 or more, or timestep_spacing trailing");
}

std::vector<Step> chain(const std::vector<Node>& nodes, const Node& end) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        steps.push_back({static_cast<int>(i), nodes[i], i + 1 < nodes.size() ? nodes[i + 1] : end});
    }
    return steps;
}

}  // namespace scorefield::diffusion
