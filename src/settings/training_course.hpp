#pragma once

#include <map>
#include <string>

#include "model/checkpoint.hpp"
#include "settings/settings.hpp"

namespace scorefield::settings {

/// The training record of a checkpoint, for model::Checkpoint::training: every setting that determines the weights
/// (`setting.NAME`), which of them were given explicitly (`given`), and the device (`device`).
std::map<std::string, std::string> training_record(const Settings& settings, const std::string& device);

/// The settings to resume the training of `checkpoint` (the file settings.resume): the checkpoint's for all that
/// determines the weights, those of `settings` for --train.steps and the rest. Throws base::Error (request) if the
/// checkpoint has no training state or unknown settings, if `settings` explicitly contradict it, or if they ask for
/// fewer steps than were done.
Settings resumed_settings(const Settings& settings, const model::Checkpoint& checkpoint);

/// The device of the training record; empty if the checkpoint does not store it.
std::string recorded_device(const model::Checkpoint& checkpoint);

/// The shell command that resumes the training that these settings have saved, with all given settings that the
/// checkpoint does not store.
std::string resume_command(const Settings& settings);

}  // namespace scorefield::settings
