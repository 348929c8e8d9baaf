#pragma once

#include <cstdint>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// --process and the flags --process.NAME of `commands`, with the help, ranges and defaults that the processes say.
void add_process_settings(std::vector<Setting>& table, std::uint32_t commands);

/// --spacing of `commands`, and the flags --spacing.NAME of these and of commands `with_lists` of spacings.
void add_spacing_settings(std::vector<Setting>& table, std::uint32_t commands, std::uint32_t with_lists);

}  // namespace scorefield::settings
