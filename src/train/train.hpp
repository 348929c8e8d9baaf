#pragma once

#include <functional>
#include <memory>

#include "data/datasets.hpp"
#include "diffusion/process.hpp"
#include "nn/checkpoint.hpp"
#include "train/settings.hpp"
#include "train/trainer.hpp"

namespace scorefield::train {

struct TrainCallbacks {
    /// After every step.
    std::function<void(const StepReport&)> progress = {};
};

struct TrainResult {
    std::uint64_t steps = 0;
    double seconds = 0;  ///< of the steps alone, without set-up and the held-out loss
    double steps_per_s = 0;
    double loss = 0;  ///< of the averaged weights over kHeldOutDraws held-out draws
    nn::Checkpoint checkpoint;
};

inline constexpr std::uint64_t kHeldOutDraws = 1'000'000;

/// Makes the trainer that does the work. Data and process outlive it.
using TrainerMaker = std::function<std::unique_ptr<Trainer>(const TrainSettings& settings, const data::Dataset& data,
                                                            const diffusion::NoiseProcess& process)>;

/// On the host.
std::unique_ptr<Trainer> make_host_trainer(const TrainSettings& settings, const data::Dataset& data,
                                           const diffusion::NoiseProcess& process);

/// Trains: writes settings.out (and, every save_every steps, its earlier states there; always whole) and
/// the log. Throws base::Error (request) for settings, data sets and processes that are refused, (running) where a file
/// cannot be written or training diverges; earlier checkpoints and the log up to there then
/// stay.
TrainResult train(const TrainSettings& settings, const TrainerMaker& make, const TrainCallbacks& callbacks = {});

}  // namespace scorefield::train
