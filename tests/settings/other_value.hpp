#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "settings/settings.hpp"

namespace scorefield::settings {

/// Gives the setting another value than its default. False where none was found.
inline bool give_other_value(Settings& settings, const Setting& setting) {
    std::vector<std::string> values = {"1", "2", "0.5", "0.01", "16", "500", "on", "off", "x", "1/2"};
    if (const auto* const choices = std::get_if<Choices>(&setting.values)) {
        values.assign(choices->names.begin(), choices->names.end());
    }
    for (const std::string& value : values) {
        Settings changed = settings;
        try {
            assign(changed, setting, value);
        } catch (const base::Error&) {
            continue;
        }
        if (!differs_from_default(changed, setting)) continue;
        settings = changed;
        return true;
    }
    return false;
}

}  // namespace scorefield::settings
