#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::cli {

/// Writes each note as a line of its own to standard error, unless `quiet`; the same text once in the life of the
/// process, because several parts of a run open the same data.
void say(const settings::Settings& settings, const std::vector<std::string>& notes);

/// Which fields of structured arrays are read as coordinates, and in which order, for the files of `init`, `known` and
/// `mask`. Throws as data::npy_field_notes.
std::vector<std::string> structured_field_notes(const settings::Settings& settings);

/// Notes if sets of so many points are too small for the statistics of neighbours, which look at the 5 nearest of each
/// point.
void note_few_points(const settings::Settings& settings, std::size_t points);

}  // namespace scorefield::cli
