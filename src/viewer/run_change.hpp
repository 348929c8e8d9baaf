#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/background_job.hpp"
#include "session/training_session.hpp"
#include "settings/settings.hpp"

namespace scorefield::viewer {

/// What to train: of the settings data, process, prediction and everything of training.
struct TrainingPlan {
    settings::Settings settings;
    std::vector<float> painting;  ///< the board's cells, where the data are session::kPainted
};

/// They ask for the same training.
bool same_training(const TrainingPlan& a, const TrainingPlan& b);

/// A change of what is shown, made ready beside the frames: another run of the score that is shown, or a scene of
/// another score.
struct RunChange {
    settings::Settings settings;                         ///< by which it was made
    std::optional<session::PreparedRun> run;             ///< of the score that is shown
    std::optional<session::SceneRoom> room;              ///< for that run; none: too little memory is left
    std::unique_ptr<session::Scene> scene;               ///< of another one
    std::unique_ptr<session::TrainingSession> training;  ///< of the network that the scene shows
    std::vector<std::string> notes;                      ///< on its data and its run
    std::string adjustment;                              ///< what had to be changed of the settings; empty: nothing
};

/// Opens model and data (as settings::open_model) and makes everything ready to draw. Throws base::Error, and
/// base::Cancelled as the task does.
RunChange open_scene(gpu::Device& device, const settings::Settings& settings, VkExtent2D extent, base::Task& task,
                     const settings::GivenNames& given = {});

/// As open_scene, with the nearest settings that are possible (open_nearest).
RunChange open_nearest_scene(gpu::Device& device, const settings::Settings& settings, VkExtent2D extent,
                             base::Task& task);

/// Opens the data of the plan and makes a training of them, with a scene of its network by the settings that are
/// nearest to `shown`: sampler, class and all else. Throws as open_scene.
RunChange open_training(gpu::Device& device, const TrainingPlan& plan, const settings::Settings& shown,
                        VkExtent2D extent, base::Task& task);

/// Compiles the run that the settings say of this model, and makes room for it. Throws as open_scene.
RunChange compile_run(const gpu::Device& device, const model::Model& model, const session::RoomMaker& rooms,
                      const settings::Settings& settings, base::Task& task);

}  // namespace scorefield::viewer
