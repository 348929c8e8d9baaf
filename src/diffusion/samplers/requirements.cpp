#include "diffusion/samplers/requirements.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "diffusion/samplers/parameters.hpp"

namespace scorefield::diffusion {
namespace {

using Settings = SamplerSettings;

/// What a parameter requires of the other settings to have an effect.
struct Requirement {
    std::string_view sampler;  ///< empty: any
    std::string_view parameter;
    bool (*met)(const Settings&);  ///< of settings with_presets
    std::string_view why;          ///< it has no effect otherwise
    std::string_view cure;         ///< beside leaving it out
};

bool is_limited(const Settings& s) {
    return s.clip || s.threshold;
}

bool is_thresholded(const Settings& s) {
    return s.threshold.has_value();
}

bool is_above_first_order(const Settings& s) {
    return s.order != 1;
}

bool is_second_inverse(const Settings& s) {
    return s.order == 2;
}

bool is_multistep(const Settings& s) {
    return s.variant != "single";
}

bool is_churned(const Settings& s) {
    return s.churn > 0.0;
}

bool is_ancestral(const Settings& s) {
    return s.eta > 0.0;
}

bool ends_denoised(const Settings& s) {
    return s.final_denoise == true;
}

constexpr std::string_view kOneForm = "the first order has one form only";
constexpr std::string_view kTwoStages = "the variant single has two stages of its own";
constexpr std::string_view kNoChurn = "no noise is added";
constexpr std::string_view kNoAncestral = "no ancestral noise is drawn";
constexpr std::string_view kScoreAlone = "the score is computed from the unclipped estimate";
constexpr std::string_view kHigherOrder = "give `sampler.order` 2 or more";
constexpr std::string_view kSecondOrder = "give `sampler.order` 2";
constexpr std::string_view kOtherVariant = "give `sampler.variant` midpoint or heun";
constexpr std::string_view kSomeChurn = "give `sampler.churn` above 0";
constexpr std::string_view kSomeEta = "give `sampler.eta` above 0";
constexpr std::string_view kDenoise = "give `sampler.final_denoise` on";

/// A requirement that depends on a parameter with a requirement of its own comes after it.
constexpr std::array kRequirements = {
    Requirement{"annealed_langevin", "clip", ends_denoised, kScoreAlone, kDenoise},
    Requirement{"annealed_langevin", "threshold", ends_denoised, kScoreAlone, kDenoise},
    Requirement{"", "threshold_max", is_thresholded, "no estimate is thresholded", "give `sampler.threshold`"},
    Requirement{"", "limited_noise", is_limited, "neither clip nor threshold is set",
                "give `sampler.clip` or `sampler.threshold`"},
    Requirement{"ddim_inverse", "limited_noise",
                [](const Settings& s) { return !is_second_inverse(s) || s.limited_noise == true; },
                "with order 2, the noise follows the clipped estimate anyway", "give `sampler.order` 1"},
    Requirement{"ddim_inverse", "variant", is_second_inverse, kOneForm, kSecondOrder},
    Requirement{"ddim_inverse", "variable", is_second_inverse, kOneForm, kSecondOrder},
    Requirement{"ddpm", "form", [](const Settings& s) { return !is_limited(s) || s.form != "epsilon"; },
                "with clip or threshold, a step uses the x0 form", "give `sampler.form` x0"},
    Requirement{"ddpm", "mix", [](const Settings& s) { return s.variance == "mixed"; }, "the variance is not mixed",
                "give `sampler.variance` mixed"},
    Requirement{"ddpm", "final_noise", [](const Settings& s) { return s.variance != "none"; }, "no step draws noise",
                "give another `sampler.variance` than none"},
    Requirement{"gamma", "variable", [](const Settings& s) { return s.variant != "exponential"; },
                "the variant exponential does not depend on it", "give `sampler.variant` euler"},
    Requirement{"dpmpp_sde", "order", is_multistep, kTwoStages, kOtherVariant},
    Requirement{"dpmpp_sde", "predict_x0", is_multistep, kTwoStages, kOtherVariant},
    Requirement{"dpmpp_sde", "lower_order_final", is_multistep, kTwoStages, kOtherVariant},
    Requirement{"dpmpp_sde", "euler_at_final", is_multistep, kTwoStages, kOtherVariant},
    Requirement{"dpmpp_sde", "variant", is_above_first_order, kOneForm, kSecondOrder},
    Requirement{"dpmpp_2m", "variant", is_above_first_order, kOneForm, kHigherOrder},
    Requirement{"dpm", "variant", is_above_first_order, kOneForm, kHigherOrder},
    Requirement{"dpm_single", "variant", is_above_first_order, kOneForm, kHigherOrder},
    Requirement{"edm_stochastic", "churn_min", is_churned, kNoChurn, kSomeChurn},
    Requirement{"edm_stochastic", "churn_max", is_churned, kNoChurn, kSomeChurn},
    Requirement{"edm_stochastic", "noise_scale", is_churned, kNoChurn, kSomeChurn},
    Requirement{"euler_ancestral", "noise_scale", is_ancestral, kNoAncestral, kSomeEta},
    Requirement{"kdpm2_ancestral", "noise_scale", is_ancestral, kNoAncestral, kSomeEta},
    Requirement{"predictor_corrector", "snr", [](const Settings& s) { return s.corrector_steps != 0; },
                "there are no corrector steps", "give `sampler.corrector_steps` 1 or more"},
    Requirement{"repaint", "jump", [](const Settings& s) { return s.resamples != 1; },
                "each stretch is passed only once", "give `sampler.resamples` 2 or more"},
};

bool is_given(const Settings& settings, std::string_view parameter) {
    bool given = false;
    for_each_parameter(settings, [&](std::string_view name, const auto& value) {
        if (name == parameter) given = value.has_value();
    });
    return given;
}

bool is_unmet(const Requirement& requirement, const Settings& settings) {
    return (requirement.sampler.empty() || requirement.sampler == settings.name) &&
           !requirement.met(with_presets(settings));
}

bool is_idle(const Requirement& requirement, const Settings& settings) {
    return is_given(settings, requirement.parameter) && is_unmet(requirement, settings);
}

}  // namespace

void require_effect(const SamplerSettings& settings) {
    const auto* const found = std::ranges::find_if(
        kRequirements, [&](const Requirement& requirement) { return is_idle(requirement, settings); });
    if (found == kRequirements.end()) return;
    throw base::request_error("flag without effect", fmt::format("`sampler.{}`", found->parameter),
                              std::string(found->why), fmt::format("{}, or leave it out", found->cure));
}

bool meets_requirements(const SamplerSettings& settings, std::string_view parameter) {
    return std::ranges::none_of(kRequirements, [&](const Requirement& requirement) {
        return requirement.parameter == parameter && is_unmet(requirement, settings);
    });
}

SamplerSettings drop_ineffective(SamplerSettings settings, std::string_view kept) {
    for (const Requirement& requirement : kRequirements) {
        if (requirement.parameter == kept || !is_idle(requirement, settings)) continue;
        for_each_parameter(settings, [&](std::string_view name, auto& value) {
            if (name == requirement.parameter) value.reset();
        });
    }
    return settings;
}

}  // namespace scorefield::diffusion
