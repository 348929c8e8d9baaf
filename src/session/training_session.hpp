#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/background_job.hpp"
#include "data/datasets.hpp"
#include "session/scene.hpp"
#include "train/gpu_trainer.hpp"
#include "train/train_spec.hpp"

namespace scorefield::session {

/// Prepares the run that shows a network in training on this device, with at most `most_particles` particles. Throws
/// base::Error, and base::Cancelled if the result is no longer needed.
using RunMaker =
    std::function<PreparedRun(const gpu::Device& device, const model::Model& model, std::uint32_t most_particles)>;

/// What to train, and how to show it.
struct TrainingRequest {
    train::TrainSpec spec;  ///< `record` is stored in checkpoints; the output file is not used
    std::shared_ptr<const data::Dataset> data;
    std::optional<std::size_t> label;  ///< the class to show, if the network has it
    RunMaker make_run;
};

/// A training and the scene of its network, ready for the frame loop.
struct TrainingSession {
    train::TrainSpec spec;  ///< `data` is the name of the data
    std::shared_ptr<const data::Dataset> data;
    std::shared_ptr<const diffusion::NoiseProcess> process;
    std::unique_ptr<train::GpuTrainer> trainer;
    data::TensorMap initial;  ///< the weights that the trainer begins with
    /// The class of a conditional network that is shown. None: all classes together; this requires label dropout in
    /// training.
    std::optional<std::size_t> label;
    std::unique_ptr<Scene> scene;  ///< null once it is shown
};

/// Creates and warms up everything on a background thread, for data of any dimension. Pipelines that the driver
/// compiles only when they first run are run on a separate device before, so that no frame waits for the compiler.
/// Throws base::Error, and base::Cancelled as the task does.
std::unique_ptr<TrainingSession> prepare_training(gpu::Device& device, const TrainingRequest& request,
                                                  const render::PictureForm& form, base::Task& task);

}  // namespace scorefield::session
