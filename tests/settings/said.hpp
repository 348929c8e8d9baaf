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
    for (const auto& [name, value] : values) assign(settings, *find_setting(name), value);
    return settings;
}

/// The same with the names of the flags.
inline Request requested(std::initializer_list<std::pair<const char*, const char*>> values,
                         Command command = Command::sample) {
    Request request = {said(values, command), {}};
    for (const auto& [name, value] : values) request.given.insert(name);
    return request;
}

}  // namespace scorefield::settings
