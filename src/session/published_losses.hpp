#pragma once

#include <vector>

#include "session/loss_history.hpp"
#include "train/train_spec.hpp"

namespace scorefield::session {

/// The seed experiment: ε-prediction of the swiss roll under the process cosine_seed with 40 levels, at each of which
/// the simple loss is as likely. Its published losses are those of its first and its last epoch of 100 000 points.
inline constexpr double kSeedFirstEpochLoss = 0.7389;
inline constexpr double kSeedLastEpochLoss = 0.4396;
inline constexpr std::uint64_t kSeedEpochs = 100;
inline constexpr std::uint64_t kSeedEpochPoints = 100'000;
inline constexpr int kSeedLevels = 40;

/// The published losses of a training like this one, each at the middle of its epoch as steps; empty for any other
/// training than the seed experiment.
std::vector<LossHistory::Point> published_losses(const train::TrainSpec& spec);

}  // namespace scorefield::session
