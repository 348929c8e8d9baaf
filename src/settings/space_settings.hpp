#pragma once

#include <vector>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// Appends the settings of three-dimensional pictures: camera, depth and ground grid.
void add_space_settings(std::vector<Setting>& table);

}  // namespace scorefield::settings
