#pragma once

#include "session/live_training.hpp"

namespace scorefield::viewer {

/// Draws the losses at the panel's cursor, over steps; on a logarithmic scale where all of them are above zero, with
/// the floor as a dashed line.
void draw_loss_curve(const session::LossHistory& losses, const session::LossFloor& floor);

}  // namespace scorefield::viewer
