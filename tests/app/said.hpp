#pragma once

#include <initializer_list>
#include <utility>

#include "app/settings.hpp"

namespace scorefield::app {

/// Settings of `sample` in which these flags are given.
inline Settings said(std::initializer_list<std::pair<const char*, const char*>> values) {
    Settings settings;
    settings.command = Command::sample;
    for (const auto& [name, value] : values) {
        assign(settings, *find_setting(name), value);
        settings.given.insert(name);
    }
    return settings;
}

}  // namespace scorefield::app
