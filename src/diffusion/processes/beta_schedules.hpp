#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// What ddpm takes with a schedule, "schedule" first. Throws base::Error (request, --process.schedule) where it is none
/// of kBetaSchedules.
std::span<const ProcessParameter> schedule_parameters(std::string_view schedule);

/// √ᾱ_k and √(1−ᾱ_k), k = 0 … T−1, of the schedule and parameters in `settings` (see DdpmProcess), which
/// schedule_parameters lists. Throws base::Error (request) where beta_end < beta_start.
std::vector<Marginal> schedule_marginals(const ProcessSettings& settings);

}  // namespace scorefield::diffusion
