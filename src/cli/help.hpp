#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::cli {

/// What the help of a command is asked about, by `--help [TOPIC]`: empty for one screen, `all` for every setting, a
/// group of settings (`sampler`), a sampler (`ddim`), a process (`vp`) or a setting (`sampler.eta`).
/// `arguments` begin with the command; none where no help is asked for.
std::optional<std::string> help_topic(const std::vector<std::string>& arguments);

/// The help of a command, wrapped at 100 characters. `study`: the name of the study whose defaults are shown; may be
/// empty. Throws base::Error (request) with the nearest names for a topic that the command does not have.
std::string help_text(const settings::CommandInfo& info, const std::string& topic, std::string_view study);

/// The full help of one setting: meaning, values, default.
std::string help_of(const settings::Setting& setting, settings::Command command, std::string_view study);

/// What stands for the value of a setting: `FILE.npy`, `N`.
std::string value_name(const settings::Setting& setting);

}  // namespace scorefield::cli
