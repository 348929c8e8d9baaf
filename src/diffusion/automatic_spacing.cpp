#include "diffusion/automatic_spacing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace scorefield::diffusion {
namespace {

constexpr std::array<SpacingRule, 9> kRules = {{
    // Levels in geometric progression (Song & Ermon 2019).
    {.process = "", .prediction = "", .sampler = "annealed_langevin", .spacing = "exponential"},
    // Its groups of steps are even in λ (Lu et al. 2022a).
    {.process = "", .prediction = "", .sampler = "dpm_single", .spacing = "lambda"},
    {.process = "edm", .prediction = "", .sampler = "dpmpp_2m", .spacing = "lambda"},
    {.process = "ve", .prediction = "", .sampler = "dpmpp_2m", .spacing = "lambda"},
    {.process = "edm", .prediction = "", .sampler = "", .spacing = "karras"},
    {.process = "ve", .prediction = "", .sampler = "", .spacing = "karras"},
    // The walk's own uniform steps, whose closed forms are known, where they are fine enough.
    {.process = "additive", .prediction = "", .sampler = "", .spacing = "even", .finest = 0.05},
    {.process = "additive", .prediction = "", .sampler = "", .spacing = "karras"},
    {.process = "", .prediction = "", .sampler = "", .spacing = "quadratic"},
}};

bool fits(std::string_view asked, std::string_view given) {
    return asked.empty() || asked == given;
}

/// σ/α where the last of so many even steps starts.
double last_ratio(const NoiseProcess& process, int steps) {
    const Marginal at = process.marginal(process.times().highest / std::max(steps, 1));
    return at.sigma / at.alpha;
}

const SpacingRule& rule_of(const NoiseProcess& process, std::string_view prediction, std::string_view sampler,
                           int steps) {
    return *std::ranges::find_if(kRules, [&](const SpacingRule& rule) {
        return fits(rule.process, process.name()) && fits(rule.prediction, prediction) && fits(rule.sampler, sampler) &&
               (rule.finest == 0 || last_ratio(process, steps) <= rule.finest);
    });
}

bool visits_every_level(const TimeRange& range, int steps) {
    return range.discrete && steps >= range.highest - range.lowest_noisy + 1;
}

}  // namespace

std::span<const SpacingRule> spacing_rules() {
    return kRules;
}

std::string spacing_rules_text() {
    const auto conditions = [](const SpacingRule& rule) {
        std::string text;
        if (!rule.sampler.empty()) text += fmt::format(" for {}", rule.sampler);
        if (!rule.prediction.empty()) text += fmt::format(" with prediction {}", rule.prediction);
        if (!rule.process.empty()) text += fmt::format(" on {}", rule.process);
        if (rule.finest != 0) text += fmt::format(" if the last step starts at sigma <= {:g}", rule.finest);
        return text.empty() ? " otherwise" : text;
    };
    std::string text;
    const SpacingRule* before = nullptr;
    for (const SpacingRule& rule : kRules) {
        const bool is_continued = before != nullptr && before->spacing == rule.spacing &&
                                  before->sampler == rule.sampler && before->prediction == rule.prediction;
        const bool is_rest = before != nullptr && before->finest != 0 && before->process == rule.process &&
                             before->sampler == rule.sampler && before->prediction == rule.prediction;
        if (is_continued) {
            text += fmt::format(", {}", rule.process);
        } else if (is_rest) {
            text += fmt::format(", else {}", rule.spacing);
        } else {
            text += fmt::format("{}{}{}", text.empty() ? "" : "; ", rule.spacing, conditions(rule));
        }
        before = &rule;
    }
    return text;
}

std::string first_level_text() {
    std::map<double, std::vector<std::string_view>> exceptions;
    for (const SamplerInfo& sampler : samplers()) {
        if (sampler.least_alpha != kLeastAlpha) exceptions[sampler.least_alpha].push_back(sampler.name);
    }
    std::string text = fmt::format("the largest t with alpha >= {:g}", kLeastAlpha);
    for (const auto& [alpha, names] : exceptions) {
        text += fmt::format(" ({:g} for {})", alpha, fmt::join(names, ", "));
    }
    return text;
}

double least_alpha_of(const SamplerSettings& sampler) {
    const double own = sampler_info(sampler.name).least_alpha;
    return sampler.predictor ? std::max(own, sampler_info(*sampler.predictor).least_alpha) : own;
}

SpacingSettings automatic_spacing(const NoiseProcess& process, Prediction prediction, const SamplerSettings& sampler,
                                  int steps) {
    SpacingSettings spacing;
    if (visits_every_level(process.times(), steps)) return spacing;
    spacing.name = rule_of(process, prediction_name(prediction), sampler.name, steps).spacing;
    spacing.least_alpha = least_alpha_of(sampler);
    return spacing;
}

}  // namespace scorefield::diffusion
