#pragma once

#include <span>
#include <string>
#include <string_view>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/spacing.hpp"

namespace scorefield::diffusion {

/// A row of the table of automatic spacings: which spacing this process, prediction and sampler take. Empty: any.
struct SpacingRule {
    std::string_view process;
    std::string_view prediction;
    std::string_view sampler;
    std::string_view spacing;
    double finest = 0;  ///< not 0: only with so many steps that the last of even ones starts at most at this σ/α
};

/// The table, chosen by the k-NN two-sample statistic of samples of the shipped models (`scorefield study spacings`
/// measures it anew). The first row that fits holds; the last fits all.
std::span<const SpacingRule> spacing_rules();

/// The table in one sentence, for help texts.
std::string spacing_rules_text();

/// The smallest alpha at the first level of an automatic spacing: a solver that starts at less divides its network's
/// error by it (`cosine` ends at 5e-5, flow and zero terminal SNR at 0).
inline constexpr double kLeastAlpha = 0.005;

/// What `auto` stands for: the spacing of spacing_rules(), from the largest time whose alpha is at least kLeastAlpha;
/// of a discrete process on which `steps` visit every level (or more), even, from the last one on.
SpacingSettings automatic_spacing(const NoiseProcess& process, Prediction prediction, std::string_view sampler,
                                  int steps);

}  // namespace scorefield::diffusion
