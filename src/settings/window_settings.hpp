#pragma once

#include <vector>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// Adds what the window looks like: theme, text size, and whether it is remembered.
void add_window_settings(std::vector<Setting>& table);

}  // namespace scorefield::settings
