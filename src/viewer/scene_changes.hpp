#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "base/background_job.hpp"
#include "viewer/context.hpp"
#include "viewer/run_change.hpp"
#include "viewer/score_choice.hpp"

namespace scorefield::viewer {

/// Opens the first scene, then prepares what the controls say, in a background job, and shows it when it is ready. The
/// current run continues until then.
class SceneChanges {
  public:
    /// Starts to open the scene of the context's settings. `form`: of the picture.
    SceneChanges(Context& context, const render::PictureForm& form);

    /// Starts the change that context.requests ask for, or cancels the current one. Cancelling the first scene opens
    /// the same score with the default run instead; cancelling that as well ends the viewer.
    void serve();
    void cancel();
    /// Nothing will be shown: the first scene was cancelled, or could not be opened.
    bool ended() const { return ended_; }
    /// Throws the error of the first scene, if there was one.
    void require_opened() const;

    enum class Shown : std::uint8_t {
        same,
        other_size,   ///< the number of particles has changed
        other_scene,  ///< context.scene has been replaced
    };
    /// Shows a run, a score or a training that has become ready. Errors become messages, but for the first scene. Call
    /// it every frame.
    Shown follow();
    /// The change that is being prepared, and the preparation of a training; `cancel` is valid as long as this object.
    std::vector<JobProgress> jobs();

  private:
    void cancel_training();
    std::string cancel_help() const;
    void open_default_run();
    void open_file(const std::filesystem::path& path);
    Shown show_all(RunChange change);
    void choose_target(const std::string& target);
    void apply(bool nearest, bool keeps_title);
    bool follow_training();
    Shown follow_change();
    void start(RunChange& change);
    void take_back();
    void show(std::unique_ptr<session::Scene> scene);
    void show_notes(std::vector<std::string> notes);

    Context& context_;
    VkFormat format_;  ///< of pictures
    bool ended_ = false;
    std::exception_ptr failure_;             ///< why the first scene could not be opened
    settings::Settings applied_;             ///< the settings of the run that is shown
    ScoreChoice opened_;                     ///< the score that the scene shows
    std::string learned_model_;              ///< Settings::model before a target replaced it
    std::optional<int> learned_class_;       ///< Settings::label before that
    bool nearest_ = false;                   ///< the current change may adjust the settings
    bool whole_ = false;                     ///< the current change is a scene file: all settings are its own
    bool keeps_title_ = false;               ///< the current change leaves title and description
    base::BackgroundJob<RunChange> change_;  ///< the change that is being prepared
};

}  // namespace scorefield::viewer
