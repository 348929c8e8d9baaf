#pragma once

#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// The smallest set of settings that gives the same result: all that differ from their defaults, without what a
/// network, a program or a list of timesteps determines.
std::vector<const Setting*> shortest(const Settings& settings);

/// The settings that the request's flags and scene file have set.
std::vector<const Setting*> given_settings(const Request& request);

/// ` --NAME VALUE` as a shell reads it; nothing for a flag that is off and for an empty text.
std::string flag_text(const Settings& settings, const Setting& setting);

/// The shortest command line that says these settings: `scorefield render --sampler heun --out film.mp4`.
std::string command_text(const Settings& settings);

/// The same with the settings that the request's flags and scene file have set, also where they say a default: those of
/// a contact sheet are others than those of the table.
std::string command_text(const Request& request);

}  // namespace scorefield::settings
