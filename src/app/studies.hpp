#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace scorefield::app {

/// A study: a known result, predicted and measured side by side.
struct StudyInfo {
    std::string_view name;
    std::string_view help;  ///< one line
};

std::span<const StudyInfo> studies();
std::vector<std::string_view> study_names();

}  // namespace scorefield::app
