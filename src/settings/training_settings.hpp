#pragma once

#include <string_view>
#include <vector>

#include "settings/settings.hpp"
#include "train/settings.hpp"

namespace scorefield::settings {

/// `settings` with the open training settings filled in, as if given: the objective from the prediction or the process,
/// the prediction from the objective, and the process, if not given, from a given objective or prediction.
Settings complete_training(const Settings& settings);

/// The default training of the viewer, completed: the data that are shown (empty: the default data), on their process
/// unless a process or an objective is given.
Settings training_plan(const Settings& settings, const std::string& shown_data,
                       const diffusion::ProcessSettings& shown_process);

/// The settings of a training, completed.
train::TrainSettings training_settings(const Settings& settings);

/// The names of the settings `objective.NAME` that a training uses; they depend on its objective, its process and on
/// whether it learns a single level. `train` is complete.
std::vector<std::string_view> objective_parameters(const train::TrainSettings& train);

/// Throws base::Error (request) naming the first training flag of `said` that has no effect: a parameter of another
/// objective or schedule, of classes that are not learned, or device checks for a training on the host. `train` is
/// training_settings(said).
void require_training_flags_used(const Settings& said, const train::TrainSettings& train);

/// Adds `objective` and its parameters to the table, for these commands.
void add_objective_settings(std::vector<Setting>& table, std::uint32_t commands);

}  // namespace scorefield::settings
