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
/// (is_displaced). Those of a branch have their trunk. Throws base::Error (request) naming `pane.N`: text that is no
/// list of flags, flags that a pane does not take or that are given twice, and values that `assign` refuses; and as
/// trunk_settings.
Settings pane_settings(const Settings& first, std::size_t index);

/// The settings of the pane that `pane`, the first one or another, branches from. Throws base::Error (request) naming
/// `branch` or `branch.pane` where there is no such pane, or it is a branch itself.
Settings trunk_settings(const Settings& first, const Settings& pane);

/// The flags with which pane_settings gives `pane` next to `first`; kSamePane where nothing differs.
std::string pane_flags(const Settings& first, const Settings& pane);

/// Exchanges another pane and the first one: each shows what the other one showed, and branches keep their trunks.
/// There are no gaps. Throws base::Error (request) where the flags of a pane cannot be read, and changes nothing then.
void exchange_pane(Settings& settings, std::size_t index);

/// Closes another pane. Those after it move up, and those that branch from it become whole runs. There are no gaps.
/// Throws as exchange_pane does.
void remove_pane(Settings& settings, std::size_t index);

/// Moves panes up into places without a pane. Branches keep their trunks.
void close_gaps(Settings& settings);

}  // namespace scorefield::settings
