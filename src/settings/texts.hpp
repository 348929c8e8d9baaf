#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// The names as the allowed values of a setting.
template <std::size_t N>
Choices choices(const std::array<std::string_view, N>& names) {
    return {{names.begin(), names.end()}};
}

/// Stores a text of a descriptor until the program ends. Call it only while the table of settings is built.
inline std::string_view kept(std::string text) {
    static std::deque<std::string> texts;
    return texts.emplace_back(std::move(text));
}

}  // namespace scorefield::settings
