#pragma once

#include <cstdint>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// --process and the flags --process.NAME of `commands`, with the help, ranges and defaults that the processes say.
void add_process_settings(std::vector<Setting>& table, std::uint32_t commands);

/// --spacing and the flags --spacing.NAME of `commands`.
void add_spacing_settings(std::vector<Setting>& table, std::uint32_t commands);

}  // namespace scorefield::settings
