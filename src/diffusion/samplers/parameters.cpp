#include <algorithm>
#include <array>

#include "diffusion/sampler.hpp"

namespace scorefield::diffusion {
namespace {

constexpr double kLargest = kMaxSamplerValue;

constexpr std::array<ParameterValues, 23> kParameterValues = {{
    {.name = "eta", .high = kMaxEta},
    {.name = "form", .choices = kSamplerForms},
    {.name = "variance", .choices = kSamplerVariances},
    {.name = "mix", .high = 1},
    {.name = "gamma", .high = kLargest},
    {.name = "variable", .choices = kVariables},
    {.name = "uncorrected_steps", .high = kLargest},
    {.name = "churn", .high = kLargest},
    {.name = "churn_min"},
    {.name = "churn_max"},
    {.name = "noise_scale", .high = kLargest},
    {.name = "corrector_steps", .high = kLargest},
    {.name = "snr", .high = kLargest, .open_low = true},
    {.name = "step_size", .high = kLargest, .open_low = true},
    {.name = "iterations", .low = 1, .high = kLargest},
    {.name = "timestep_scaling", .high = kLargest, .open_low = true},
    {.name = "rtol", .high = 1, .open_low = true},
    {.name = "atol", .high = kLargest, .open_low = true},
    {.name = "resamples", .low = 1, .high = kLargest},
    {.name = "jump", .low = 1, .high = kLargest},
    {.name = "clip", .high = kLargest, .open_low = true},
    {.name = "threshold", .high = 1, .open_low = true},
    {.name = "threshold_max", .low = 1, .high = kLargest},
}};

}  // namespace

const ParameterValues* sampler_parameter_values(std::string_view name) {
    const auto* const found = std::ranges::find(kParameterValues, name, &ParameterValues::name);
    return found == kParameterValues.end() ? nullptr : found;
}

}  // namespace scorefield::diffusion
