#pragma once

#include "settings/settings.hpp"

namespace scorefield::cli {

/// Throws base::Error (request) where two outputs are one file, or an output is a file that is read: the one would
/// silently take the place of the other. Frames are all files of their names, and nothing else is written into a folder
/// of theirs. Links are followed.
void require_separate_files(const settings::Settings& settings);

}  // namespace scorefield::cli
