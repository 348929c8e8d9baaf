#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::study {

/// What a sweep compares. A list that was not given has defaults, of which what is impossible is left out.
struct SweepLists {
    std::vector<std::string> samplers = {};
    std::vector<int> steps = {};
    std::vector<std::string> spacings = {};  ///< `auto` among them
    bool samplers_given = false;
    bool steps_given = false;
    bool spacings_given = false;
};

/// Reads the lists of the settings; without `samplers`, that list stays empty. Throws base::Error (request) naming the
/// field: an item that is empty, unknown (with the nearest name), out of range or there twice; samplers that need
/// more than noise.
SweepLists read_sweep_lists(const settings::Settings& settings);

/// Samplers that a sweep compares by default: first order, second order, multistep ones, and a stochastic one that
/// suits the process of this name.
std::vector<std::string> default_samplers(std::string_view process);

/// The settings of `sampler` without the parameters that it does not take or that have no effect on it.
diffusion::SamplerSettings settings_for_sampler(diffusion::SamplerSettings given, const std::string& sampler);

/// Throws base::Error (request) naming a parameter that none of the samplers takes.
void require_parameters_taken(const diffusion::SamplerSettings& given, const std::vector<std::string>& samplers);

}  // namespace scorefield::study
