#pragma once

#include "app/settings.hpp"

namespace scorefield::app {

/// Throws base::Error (request) where two outputs are one file, or an output is a file that is read: the one would
/// silently take the place of the other. Frames are all files of their names, and nothing else is written into a folder
/// of theirs. Links are followed.
void require_separate_files(const Settings& settings);

}  // namespace scorefield::app
