#pragma once

#include <vector>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// Adds the settings of training in the viewer to the table, and makes the training settings that it uses available to
/// it, with slider ranges.
void add_live_settings(std::vector<Setting>& table);

}  // namespace scorefield::settings
