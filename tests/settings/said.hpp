#pragma once

#include <initializer_list>
#include <utility>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// Settings of the command in which these flags are given.
inline Settings said(std::initializer_list<std::pair<const char*, const char*>> values,
                     Command command = Command::sample) {
    Settings settings;
    settings.command = command;
    for (const auto& [name, value] : values) {
        assign(settings, *find_setting(name), value);
        settings.given.insert(name);
    }
    return settings;
}

}  // namespace scorefield::settings
