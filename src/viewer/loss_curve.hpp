#pragma once

#include "session/live_training.hpp"
#include "settings/settings.hpp"
#include "viewer/requests.hpp"

namespace scorefield::viewer {

/// The losses of the training at the panel's cursor, over steps, with the floor and the published losses where these
/// are known, and the control of the axis.
void draw_loss_curve(const session::LiveTraining& training, settings::Settings& settings, Requests& requests);

}  // namespace scorefield::viewer
