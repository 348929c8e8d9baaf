#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/background_job.hpp"
#include "session/training_session.hpp"
#include "settings/settings.hpp"

namespace scorefield::viewer {

/// What to train. Uses data, process, prediction and all training settings.
struct TrainingPlan {
    settings::Settings settings;
    std::vector<float> painting;  ///< the board's cells, if the data are session::kPainted
};

/// Whether both plans describe the same training.
bool same_training(const TrainingPlan& a, const TrainingPlan& b);

/// A change of what is shown, prepared in a background job: a new run of the current score, or a scene with another
/// score.
struct RunChange {
    settings::Settings settings;                         ///< the settings of the change
    std::optional<session::PreparedRun> run;             ///< a run of the current score
    std::optional<session::LoadedRun> loaded;            ///< what `run` needs; none: its memory does not fit
    std::unique_ptr<session::Scene> scene;               ///< a scene with another score
    std::unique_ptr<session::TrainingSession> training;  ///< the training of the network in `scene`
    std::vector<std::string> notes;                      ///< notes on its data and run
    std::string adjustment;                              ///< settings that had to be changed; empty: none
};

/// Opens model and data (as settings::open_model) and makes everything ready to draw. Throws base::Error, and
/// base::Cancelled as the task does.
RunChange open_scene(gpu::Device& device, const settings::Settings& settings, const render::PictureForm& form,
                     base::Task& task);

/// As open_scene, with the nearest settings that are possible (open_nearest).
RunChange open_nearest_scene(gpu::Device& device, const settings::Settings& settings, const render::PictureForm& form,
                             base::Task& task);

/// Opens the data of the plan and prepares the training, with a scene of its network. The scene's settings (sampler,
/// class and the others) are as close to `shown` as possible. Throws as open_scene.
RunChange open_training(gpu::Device& device, const TrainingPlan& plan, const settings::Settings& shown,
                        const render::PictureForm& form, base::Task& task);

/// Compiles the run of this model with these settings and makes its tables and memory ready. Throws as open_scene.
RunChange prepare_run_change(const gpu::Device& device, const model::Model& model, const session::RunLoader& loader,
                             const settings::Settings& settings, base::Task& task);

}  // namespace scorefield::viewer
