#pragma once

#include "viewer/context.hpp"

namespace scorefield::viewer {

/// Undoes or redoes a step of the settings if the user has asked for it. What the other values need to be shown is
/// requested as by the controls.
void serve_undo(Context& context);

/// Notes a step where the user has changed a setting. While a control is held, its changes wait.
void note_settings(Context& context);

}  // namespace scorefield::viewer
