#pragma once

#include <vector>

#include "app/settings.hpp"

namespace scorefield::app {

/// Adds the settings of a training that is watched to the table, and has the viewer take those of training that it
/// heeds, with handy ranges for its sliders.
void add_live_settings(std::vector<Setting>& table);

}  // namespace scorefield::app
