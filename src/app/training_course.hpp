#pragma once

#include <map>
#include <string>

#include "app/settings.hpp"
#include "nn/checkpoint.hpp"

namespace scorefield::app {

/// What a checkpoint keeps of a training, for nn::Checkpoint::training: every setting that determines its course
/// (`setting.NAME`), which of them were said (`given`), and what does the work (`device`).
std::map<std::string, std::string> training_record(const Settings& settings, const std::string& device);

/// The settings with which the training of `checkpoint`, the file settings.resume, goes on: those that determine its
/// course are the checkpoint's, --train.steps and all others those of `settings`. Throws base::Error (request) where
/// the checkpoint holds no state of a training or no such settings, where `settings` explicitly say something else, or
/// ask for fewer steps than were done.
Settings resumed_settings(const Settings& settings, const nn::Checkpoint& checkpoint);

/// What does the work, as training_record was told; empty where the checkpoint does not say.
std::string recorded_device(const nn::Checkpoint& checkpoint);

/// The command, for a shell, that goes on with the training that these settings have saved: with all of them that were
/// said and that the checkpoint does not keep.
std::string resume_command(const Settings& settings);

}  // namespace scorefield::app
