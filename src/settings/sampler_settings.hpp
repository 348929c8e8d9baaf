#pragma once

#include <cstdint>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// The flags --sampler.NAME of `commands`, with the help and the defaults that the samplers themselves say.
void add_sampler_parameters(std::vector<Setting>& table, std::uint32_t commands);

}  // namespace scorefield::settings
