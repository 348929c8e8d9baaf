#pragma once

#include "train/objective.hpp"
#include "train/train_spec.hpp"
#include "train/trainer.hpp"

namespace scorefield::train {

/// The sizes of the network, which is an MLP.
inline nn::MlpConfig& mlp_of(TrainSpec& spec) {
    return std::get<nn::MlpConfig>(spec.network);
}

/// A training of seconds that learns something.
inline TrainSpec small_settings() {
    TrainSpec settings;
    settings.data = "moons";
    settings.objective.name = "simple";
    settings.process.horizon = 50;
    settings.process.beta_end = 0.2;
    settings.steps = 300;
    settings.batch = 300;
    settings.network = nn::MlpConfig{.width = 16, .depth = 1, .features = 4};
    settings.learning_rate = 1e-2;
    return settings;
}

/// The objective of a trainer's averaged weights.
inline double held_out_loss(Trainer& trainer, std::uint64_t draws) {
    base::ThreadPool pool(2);
    return held_out_loss(pool, trainer.source(), trainer.network(), trainer.averaged_weights(), draws);
}

}  // namespace scorefield::train
