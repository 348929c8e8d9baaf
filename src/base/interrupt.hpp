#pragma once

#include <string>

namespace scorefield::base {

/// From now on Ctrl-C (SIGINT), SIGTERM and SIGHUP (a terminal or a connection that closes) are only recorded, so that
/// the current work can end cleanly. Another SIGINT or SIGTERM ends the process at once; a repeat within half a second
/// is ignored, because `timeout` sends its signal twice. A signal that is already ignored, as under nohup, stays
/// ignored.
void watch_interrupts();

/// Has there been one?
bool interrupted();

/// Throws base::Error (running) after an interrupt. Long work calls it between its parts; unfinished outputs are
/// removed on the way out. `hint`: what the user can do.
void require_not_interrupted(const std::string& hint = "unfinished output is discarded; start it again");

}  // namespace scorefield::base
