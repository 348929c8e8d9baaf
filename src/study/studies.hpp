#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::study {

/// Where the figure of a study comes from: it has none, its tables are drawn (study_figures.hpp), or it draws itself.
enum class Drawing : std::uint8_t { none, tables, own };

/// A study: a known result, predicted and measured side by side.
struct StudyInfo {
    std::string_view name;
    std::string_view help;                      ///< one line
    std::uint32_t particles = 1'000'000;        ///< default of --particles; 0: not used
    std::uint32_t most_particles = UINT32_MAX;  ///< more would tell no more
    std::uint64_t train_steps = 0;              ///< default of --train.steps; 0: trains nothing
    Drawing drawing = Drawing::none;
};

std::span<const StudyInfo> studies();
std::vector<std::string_view> study_names();

/// There is a study of that name.
const StudyInfo& study_info(std::string_view name);

/// The default of a setting that a study does not use.
inline constexpr std::string_view kNotUsed = "not used";

/// The default of a setting in the help of `study NAME`, or of `study` if `study` is empty. Empty if it is the default
/// of the other commands.
std::string study_preset(std::string_view setting, std::string_view study);

}  // namespace scorefield::study
