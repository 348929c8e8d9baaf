#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/scene.hpp"
#include "app/settings.hpp"
#include "data/datasets.hpp"
#include "train/gpu_trainer.hpp"

namespace scorefield::app {

/// What to train: the data, and of the settings process, prediction and everything of training.
struct TrainingPlan {
    Settings settings;
    std::function<std::unique_ptr<data::Dataset>()> open_data;  ///< may take its time, and refuse
};

/// A training and the scene of its network, ready for the frame loop.
struct TrainingSession {
    train::TrainSettings settings;
    std::shared_ptr<const data::Dataset> data;
    std::shared_ptr<const diffusion::NoiseProcess> process;
    std::unique_ptr<train::GpuTrainer> trainer;
    std::unique_ptr<Scene> scene;  ///< until it is shown
    Settings shown;                ///< by which the scene was made
    std::string note;              ///< what had to be changed of the settings that it was to be shown by
};

/// Opens the data and makes and warms everything, beside the frames: what the driver compiles only when it runs is
/// first run on a device of its own, so that no frame waits for it. `shown`: sampler and all else that the scene is to
/// be shown by. Throws base::Error.
std::unique_ptr<TrainingSession> prepare_training(gpu::Device& device, const TrainingPlan& plan, const Settings& shown,
                                                  VkExtent2D extent);

/// The network of the training as a model without a file. Its tensors are those that training begins with.
Model training_model(const TrainingSession& session);

}  // namespace scorefield::app
