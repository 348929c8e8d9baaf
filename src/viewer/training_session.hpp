#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/background_job.hpp"
#include "data/datasets.hpp"
#include "session/scene.hpp"
#include "settings/settings.hpp"
#include "train/gpu_trainer.hpp"

namespace scorefield::viewer {

/// What is painted on the board, as the name of data.
inline constexpr const char* kPainted = "painting";

/// What to train: of the settings data, process, prediction and everything of training.
struct TrainingPlan {
    settings::Settings settings;
    std::vector<float> painting;  ///< the board's cells, where the data are kPainted
};

/// They ask for the same training.
bool same_training(const TrainingPlan& a, const TrainingPlan& b);

/// A training and the scene of its network, ready for the frame loop.
struct TrainingSession {
    TrainingPlan plan;  ///< by which it was made
    train::TrainSpec settings;
    std::shared_ptr<const data::Dataset> data;
    std::shared_ptr<const diffusion::NoiseProcess> process;
    std::unique_ptr<train::GpuTrainer> trainer;
    data::TensorMap initial;  ///< the weights that the trainer begins with
    /// The class that is shown of a conditional network. None: all classes together, which the network knows only where
    /// classes are hidden in training.
    std::optional<std::size_t> label;
    std::unique_ptr<session::Scene> scene;  ///< until it is shown
    settings::Settings shown;               ///< by which the scene was made
    std::vector<std::string> notes;         ///< what was left out or decided when its data were read
    std::string note;                       ///< what had to be changed of the settings that it was to be shown by
};

/// Opens the data and makes and warms everything, beside the frames: what the driver compiles only when it runs is
/// first run on a device of its own, so that no frame waits for it. `shown`: sampler and all else that the scene is to
/// be shown by, the class too. Throws base::Error, and base::Cancelled as the task does.
std::unique_ptr<TrainingSession> prepare_training(gpu::Device& device, const TrainingPlan& plan,
                                                  const settings::Settings& shown, VkExtent2D extent, base::Task& task);

/// The network of the training's class as a model without a file. Its tensors are those that training begins with.
model::Model training_model(const TrainingSession& session);

}  // namespace scorefield::viewer
