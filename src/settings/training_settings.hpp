#pragma once

#include <string_view>
#include <vector>

#include "settings/settings.hpp"
#include "train/train_spec.hpp"

namespace scorefield::settings {

/// `settings` with what the spec, their train_spec, decides: the objective, the prediction, the process, the scaling.
Settings with_decisions(const Settings& settings, const train::TrainSpec& spec);

/// The default training of the viewer, with its decisions: the data that are shown (empty: the default data), on their
/// process unless a process or an objective is set.
Settings training_plan(const Settings& settings, const std::string& shown_data,
                       const diffusion::ProcessSettings& shown_process);

/// The names of the settings `objective.NAME` that a training uses; they depend on its objective, its process and on
/// whether it learns a single level.
std::vector<std::string_view> objective_parameters(const train::TrainSpec& train);

/// Throws base::Error (request) naming the first training flag of the request that has no effect: a parameter of
/// another objective or schedule, of classes that are not learned, or device checks for a training on the host. `train`
/// is the specification of the training.
void require_training_flags_used(const Request& request, const train::TrainSpec& train);

/// Adds `objective` and its parameters to the table, for these commands.
void add_objective_settings(std::vector<Setting>& table, std::uint32_t commands);

}  // namespace scorefield::settings
