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

/// What stands in the help of `study` for a setting that is not given; empty where it is what other commands take.
std::string_view study_preset(std::string_view setting);

}  // namespace scorefield::app
