#pragma once

#include <functional>

#include "base/trace.hpp"
#include "settings/settings.hpp"

namespace scorefield::cli {

/// Does the work of a command. If `trace` names a file, the work records a trace, which is written when it has ended,
/// also by an interrupt; a command that fails leaves none. The work gets null if no trace is wanted; what it opens must
/// be closed when it returns. Throws base::Error (running) at once if the file cannot be written.
int traced(const settings::Settings& settings, const std::function<int(base::Trace*)>& work);

}  // namespace scorefield::cli
