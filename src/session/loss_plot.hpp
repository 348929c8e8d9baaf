#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "render/plot.hpp"
#include "session/loss_history.hpp"

namespace scorefield::session {

/// What the y axis of a loss plot shows: the loss, its logarithm, or the logarithm of its distance from the floor.
enum class LossScale : std::uint8_t { logarithmic, linear, above_floor };

/// The losses over training steps, the floor as a dashed line, and losses that others have published as markers. Losses
/// that are not above 0 take a linear axis in place of a logarithmic one; without a floor `above_floor` is as
/// `logarithmic`. The axis of steps begins at 0 and reaches the last point of any of them.
render::Plot loss_plot(const std::vector<LossHistory::Point>& points, std::optional<double> floor,
                       const std::vector<LossHistory::Point>& published, LossScale scale);

}  // namespace scorefield::session
