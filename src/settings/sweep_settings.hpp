#pragma once

#include <vector>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// Adds what `sweep` compares, and how its figure shows it.
void add_sweep_settings(std::vector<Setting>& table);

}  // namespace scorefield::settings
