#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/trace.hpp"
#include "data/datasets.hpp"
#include "diffusion/process.hpp"
#include "model/checkpoint.hpp"
#include "train/bayes_floor.hpp"
#include "train/train_spec.hpp"
#include "train/trainer.hpp"

namespace scorefield::train {

struct TrainCallbacks {
    /// After every step.
    std::function<void(const StepReport&)> progress = {};
    /// Asked every few steps: is the training to end early, with what it has reached saved?
    std::function<bool()> stop = {};
    /// How many held-out draws are done, of how many, once the last checkpoint is written. What it throws ends the
    /// measurement.
    std::function<void(std::uint64_t done, std::uint64_t all)> measured = {};
    /// Called again and again while the Bayes floor is computed, after that, on several threads. What it throws ends
    /// the computation.
    std::function<void()> computing_floor = {};
    /// What was left out or decided when the data's file was read, and what is to be said of their scaling
    /// (data::notes_with_scaling), before the first step.
    std::function<void(const std::vector<std::string>&)> noted = {};
    /// Shows what the training does; null: nothing does.
    base::Trace* trace = nullptr;
};

struct TrainResult {
    std::uint64_t steps = 0;  ///< in all; fewer than were asked for: it was stopped, without loss and checkpoint
    double seconds = 0;       ///< of the steps alone, without set-up and the held-out loss
    double steps_per_s = 0;
    double loss = 0;                  ///< of the averaged weights over `loss_draws` held-out draws
    std::uint64_t loss_draws = 0;     ///< `held_out_draws(dim)`
    std::optional<BayesFloor> floor;  ///< of that loss, where it is known
    model::Checkpoint checkpoint;
};

inline constexpr std::uint64_t kHeldOutDraws = 1'000'000;
inline constexpr std::uint64_t kHeldOutCoordinates = std::uint64_t{1} << 26U;

/// kHeldOutDraws for points of few coordinates; of many, as many as have kHeldOutCoordinates in all, so that the time
/// does not grow with them.
std::uint64_t held_out_draws(std::size_t dim);

/// Makes the trainer that does the work. Data and process outlive it.
using TrainerMaker = std::function<std::unique_ptr<Trainer>(const TrainSpec& spec, const data::Dataset& data,
                                                            const diffusion::NoiseProcess& process)>;

/// Throws base::Error (request) for data with too many coordinates, or too many for the objective.
void require_trainable(const data::Dataset& data, const TrainSpec& spec);

/// All that a checkpoint says of the trainer's network but its tensors and how they were made.
model::Checkpoint describe_network(const TrainSpec& spec, const diffusion::NoiseProcess& process,
                                   const Trainer& trainer);

/// On the host.
std::unique_ptr<Trainer> make_host_trainer(const TrainSpec& spec, const data::Dataset& data,
                                           const diffusion::NoiseProcess& process);

/// Trains: writes spec.out (and its earlier states there on the way, as save_every says; always whole) and the log.
/// Only weights that are worth keeping (train/divergence_check.hpp) are written: a checkpoint on the way that is not is
/// left out, and an end that is not is a training that has diverged. `resumed`, a checkpoint with its state, is gone on
/// from: bit for bit as if its training with the same settings had never stopped. Throws base::Error (request) for
/// settings, data sets and processes that are refused, and where `resumed` is of others; (running) where a file cannot
/// be written or training diverges; earlier checkpoints and the log up to there then stay.
TrainResult train(const TrainSpec& spec, const TrainerMaker& make, const TrainCallbacks& callbacks = {},
                  const model::Checkpoint* resumed = nullptr);

/// How many steps a checkpoint was trained for. Throws base::Error (request) where it does not say.
std::uint64_t resumed_steps(const model::Checkpoint& checkpoint);

}  // namespace scorefield::train
