#pragma once

#include <map>
#include <string>

#include "model/checkpoint.hpp"
#include "settings/settings.hpp"

namespace scorefield::settings {

/// The training record of a checkpoint, for model::Checkpoint::training: every setting that determines the weights
/// (`setting.NAME`) and the device (`device`). `settings` are with_decisions.
std::map<std::string, std::string> training_record(const Settings& settings, const std::string& device);

/// The settings that resume the training of `checkpoint` (the file settings.resume): the checkpoint's for all that
/// determines the weights, those of `request` for --train.steps and the rest. Throws base::Error (request) if the
/// checkpoint has no training state or unknown settings, if what is given contradicts it, or if it asks for
/// fewer steps than were done.
Settings resumed_settings(const Request& request, const model::Checkpoint& checkpoint);

/// The device of the training record; empty if the checkpoint does not store it.
std::string recorded_device(const model::Checkpoint& checkpoint);

/// The shell command that resumes the training that these settings have saved, with all that differs from the defaults
/// and is not stored in the checkpoint.
std::string resume_command(const Settings& settings);

}  // namespace scorefield::settings
