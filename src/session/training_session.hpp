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

/// Makes the run that shows a network in training, of at most `most_particles`, for this device. Throws base::Error,
/// and base::Cancelled where it is no longer wanted.
using RunMaker =
    std::function<PreparedRun(const gpu::Device& device, const model::Model& model, std::uint32_t most_particles)>;

/// What to train, and how to show it.
struct TrainingRequest {
    train::TrainSpec spec;  ///< its file is not written; its record becomes that of checkpoints
    std::shared_ptr<const data::Dataset> data;
    std::optional<std::size_t> label;  ///< the class to show, where the network has it
    RunMaker make_run;
};

/// A training and the scene of its network, ready for the frame loop.
struct TrainingSession {
    train::TrainSpec spec;  ///< `data` is the name of the data
    std::shared_ptr<const data::Dataset> data;
    std::shared_ptr<const diffusion::NoiseProcess> process;
    std::unique_ptr<train::GpuTrainer> trainer;
    data::TensorMap initial;  ///< the weights that the trainer begins with
    /// The class that is shown of a conditional network. None: all classes together, which the network knows only where
    /// classes are hidden in training.
    std::optional<std::size_t> label;
    std::unique_ptr<Scene> scene;  ///< until it is shown
};

/// Makes and warms everything, beside the frames: what the driver compiles only when it runs is first run on a device
/// of its own, so that no frame waits for it. Throws base::Error, and base::Cancelled as the task does.
std::unique_ptr<TrainingSession> prepare_training(gpu::Device& device, const TrainingRequest& request,
                                                  VkExtent2D extent, base::Task& task);

}  // namespace scorefield::session
