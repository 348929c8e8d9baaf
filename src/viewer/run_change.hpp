#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/background_job.hpp"
#include "session/scene.hpp"
#include "settings/settings.hpp"

namespace scorefield::viewer {

/// A change of settings, made ready beside the frames: another run of the score that is shown, or a scene of another
/// score.
struct RunChange {
    settings::Settings settings;              ///< by which it was made
    std::optional<session::PreparedRun> run;  ///< of the score that is shown
    std::unique_ptr<session::Scene> scene;    ///< of another one
    std::vector<std::string> notes;           ///< on its data and its run
    std::string adjustment;                   ///< what had to be changed of the settings; empty: nothing
};

/// What session::prepare_run makes for this device, on threads that give way to the frames: a pilot may take minutes of
/// all cores. Throws base::Error, and base::Cancelled as the task does.
session::PreparedRun prepare_beside_frames(const gpu::Device& device, const sample::SamplingSpec& spec,
                                           const model::Model& model, base::Task& task);

/// Opens model and data (as settings::open_model) and makes everything ready to draw. Throws base::Error, and
/// base::Cancelled as the task does.
RunChange open_scene(gpu::Device& device, const settings::Settings& settings, VkExtent2D extent, base::Task& task,
                     const settings::GivenNames& given = {});

/// As open_scene, with the nearest settings that are possible (open_nearest).
RunChange open_nearest_scene(gpu::Device& device, const settings::Settings& settings, VkExtent2D extent,
                             base::Task& task);

/// Compiles the run that the settings say of this model. Throws as open_scene.
RunChange compile_run(const gpu::Device& device, const model::Model& model, const settings::Settings& settings,
                      base::Task& task);

}  // namespace scorefield::viewer
