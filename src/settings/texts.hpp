#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "settings/settings.hpp"

namespace scorefield::settings {

/// The names as the values of a setting.
template <std::size_t N>
Choices choices(const std::array<std::string_view, N>& names) {
    return {{names.begin(), names.end()}};
}

/// Keeps a text of a descriptor as long as the program runs. Call it only while the table of settings is made.
inline std::string_view kept(std::string text) {
    static std::deque<std::string> texts;
    return texts.emplace_back(std::move(text));
}

}  // namespace scorefield::settings
