#pragma once

#include "train/settings.hpp"

namespace scorefield::train {

/// A training of seconds that learns something.
inline TrainSettings small_settings() {
    TrainSettings settings;
    settings.data = "moons";
    settings.process.horizon = 50;
    settings.process.beta_end = 0.2;
    settings.steps = 300;
    settings.batch = 300;
    settings.width = 16;
    settings.depth = 1;
    settings.features = 4;
    settings.learning_rate = 1e-2;
    return settings;
}

}  // namespace scorefield::train
