#pragma once

#include <string_view>
#include <vector>

#include "app/settings.hpp"
#include "train/settings.hpp"

namespace scorefield::app {

struct Model;

/// `settings` with what a training leaves open, as if it had been said: the objective by the prediction or the process,
/// the prediction by the objective, and the process, where none is said, by an objective or a prediction that is.
Settings complete_training(const Settings& settings);

/// What the viewer trains where its panel has not been asked for anything else, completed: the data that are shown,
/// under their process unless that or an objective is said.
Settings training_plan(const Settings& settings, const Model& shown);

/// What the settings, completed, ask of a training.
train::TrainSettings training_settings(const Settings& settings);

/// The names of the settings `objective.NAME` that a training heeds, by its objective and process, and whether it
/// learns a single level. `train` is complete.
std::vector<std::string_view> objective_parameters(const train::TrainSettings& train);

/// Throws base::Error (request) naming the first flag that `said` says of a training and that has no effect: a
/// parameter of other objectives or schedules, or of classes that are not learned, or checks of a device on the host.
/// `train` is what training_settings makes of `said`.
void require_training_flags_used(const Settings& said, const train::TrainSettings& train);

/// Adds `objective` and its parameters to the table, for these commands.
void add_objective_settings(std::vector<Setting>& table, std::uint32_t commands);

}  // namespace scorefield::app
