#pragma once

#include <cstddef>
#include <string>

#include "settings/settings.hpp"

namespace scorefield::settings {

// A pane is described by the flags in which it differs from the settings of the first pane, as on a command line:
// `--sampler ddpm --steps 1000`. The value `default` stands for the default of a setting. Flags may come from the
// groups Model, Sampler and Particles.

/// A pane without any difference.
inline constexpr const char* kSamePane = "same";

/// The name of the setting that describes another pane: `pane.2` for index 0.
std::string pane_name(std::size_t index);

/// How many panes there are, with the first one.
std::size_t pane_count(const Settings& settings);

/// The settings of another pane. All that its flags do not say is as in the first pane, but for what they displace
/// (is_displaced). Throws base::Error (request) naming `pane.N`: text that is no list of flags, flags that a pane does
/// not take or that are given twice, and values that `assign` refuses.
Settings pane_settings(const Settings& first, std::size_t index);

/// The flags with which pane_settings gives `pane` next to `first`; kSamePane where nothing differs.
std::string pane_flags(const Settings& first, const Settings& pane);

}  // namespace scorefield::settings
