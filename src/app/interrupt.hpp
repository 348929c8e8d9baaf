#pragma once

#include <string>

namespace scorefield::app {

/// From now on Ctrl-C (SIGINT), SIGTERM and SIGHUP (a terminal or a connection that closes) are only noted, so that the
/// work under way can end in order; another SIGINT or SIGTERM half a second later ends the process at once (what comes
/// sooner is the same: `timeout` sends its signal twice). A signal that is ignored already, as under nohup, stays
/// ignored.
void watch_interrupts();

/// Has there been one?
bool interrupted();

/// Throws base::Error (running) once there has been one: long work calls it between its parts, and what it was writing
/// is removed on the way out. `hint`: what to do then.
void require_not_interrupted(const std::string& hint = "what was unfinished is not kept; start it again");

}  // namespace scorefield::app
