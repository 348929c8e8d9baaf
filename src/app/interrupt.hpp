#pragma once

namespace scorefield::app {

/// From now on Ctrl-C (SIGINT) and SIGTERM are only noted, so that the work under way can end in order; the second of
/// them ends the process at once. A signal that is ignored already, as under nohup, stays ignored.
void watch_interrupts();

/// Has there been one?
bool interrupted();

/// Throws base::Error (running) once there has been one: long work calls it between its parts, and what it was writing
/// is removed on the way out.
void require_not_interrupted();

}  // namespace scorefield::app
