#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// Takes over into `request` what a scene file says, or the scene in a PNG (picture_texts): an object {"setting":
/// value, …} with the names of the command line's flags and strings, numbers or true and false as values; `title` and
/// `about`, strings, are for readers. Settings that are given already win, and take with them what belongs to those
/// that they replace (another sampler: the scene's sampler.*); those that the command does not take are left out.
/// Throws base::Error (request) naming file and setting: unreadable, no JSON, unknown settings (with the nearest name),
/// values that `assign` refuses.
void read_scene(Request& request, const std::string& path);

/// Whether the settings that are `given` take the place of the setting `name`: another sampler leaves nothing of the
/// parameters of the one before, a sampler nothing of a program.
bool is_displaced(std::string name, const std::set<std::string, std::less<>>& given);

/// Whether the setting belongs to a machine and not to what is shown: scene, device, validation, chunk, the window's
/// look.
bool is_of_machine(std::string_view name);

/// The scene file with these settings: title and description, and all settings that differ from their defaults, but for
/// files that are written and settings of the machine. read_scene reads it. Throws base::Error (request) naming a
/// setting that is not UTF-8.
std::string scene_text(const Settings& settings);
/// The same with the settings that the request's flags and scene file have set.
std::string scene_text(const Request& request);

/// Writes the scene file. Throws as scene_text, and base::Error (running) as base::AtomicFile.
void write_scene(const Settings& settings, const std::filesystem::path& path);

}  // namespace scorefield::settings
