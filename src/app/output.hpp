#pragma once

#include <string_view>

namespace scorefield::app {

/// Writes to standard output. A reader that has gone away (a closed pipe) is no error; a place that cannot be written
/// throws base::Error (running).
void print(std::string_view text);

/// Writes one line to standard error.
void note(std::string_view line);

}  // namespace scorefield::app
