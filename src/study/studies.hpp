#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace scorefield::study {

/// A study: a known result, predicted and measured side by side.
struct StudyInfo {
    std::string_view name;
    std::string_view help;                   ///< one line
    std::string_view particles = "1000000";  ///< default of --particles, as help texts show it
};

std::span<const StudyInfo> studies();
std::vector<std::string_view> study_names();

/// The default of a setting that a study does not use.
inline constexpr std::string_view kNotUsed = "not used";

/// The default of a setting in the help of `study NAME`, or of `study` if `study` is empty. Empty if it is the default
/// of the other commands.
std::string_view study_preset(std::string_view setting, std::string_view study);

}  // namespace scorefield::study
