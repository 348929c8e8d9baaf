#pragma once

#include <span>
#include <string>
#include <string_view>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"

namespace scorefield::diffusion {

/// A rule of automatic spacing: the spacing for this process, prediction and sampler. Empty: any.
struct SpacingRule {
    std::string_view process;
    std::string_view prediction;
    std::string_view sampler;
    std::string_view spacing;
    double finest = 0;  ///< if > 0, the rule applies only if the last even step starts at σ/α <= this value
};

/// The rules, chosen by the k-NN two-sample statistic of samples of the shipped models (verified by `scorefield study
/// spacings`). The first matching row wins; the last row matches everything.
std::span<const SpacingRule> spacing_rules();

/// The rules in one sentence, for help texts.
std::string spacing_rules_text();

/// Where an automatic spacing starts, by the samplers' least_alpha, for help texts.
std::string first_level_text();

/// The smallest alpha at the first level of an automatic spacing: the least_alpha of the sampler, or that of its
/// predictor if it is larger. Throws as sampler_info does.
double least_alpha_of(const SamplerSettings& sampler);

/// The spacing of `auto`: by spacing_rules(), from the largest time with alpha at least least_alpha_of(sampler); `even`
/// over all levels if a discrete process has at most `steps` levels. Throws as sampler_info does.
SpacingSettings automatic_spacing(const NoiseProcess& process, Prediction prediction, const SamplerSettings& sampler,
                                  int steps);

}  // namespace scorefield::diffusion
