#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/background_job.hpp"
#include "viewer/context.hpp"
#include "viewer/run_change.hpp"
#include "viewer/score_choice.hpp"

namespace scorefield::viewer {

/// Prepares what the controls say in a background job and shows it when it is ready. The current run continues until
/// then.
class SceneChanges {
  public:
    /// The scene of the context must match its settings.
    explicit SceneChanges(Context& context);

    /// Starts the change that context.requests ask for, or cancels the current one.
    void serve();
    void cancel();

    enum class Shown : std::uint8_t {
        same,
        other_size,   ///< the number of particles has changed
        other_scene,  ///< context.scene has been replaced
    };
    /// Shows a run, a score or a training that has become ready. Errors become messages. Call it every frame.
    Shown follow();
    std::optional<ChangeProgress> progress() const;

  private:
    void cancel_training();
    void choose_target(const std::string& target);
    void apply(bool nearest);
    bool follow_training();
    Shown follow_change();
    void start(RunChange& change);
    void take_back();
    void show(std::unique_ptr<session::Scene> scene);
    void show_notes(std::vector<std::string> notes);

    Context& context_;
    settings::Settings applied_;             ///< the settings of the run that is shown
    ScoreChoice opened_;                     ///< the score that the scene shows
    std::string learned_model_;              ///< Settings::model before a target replaced it
    bool nearest_ = false;                   ///< the current change may adjust the settings
    base::BackgroundJob<RunChange> change_;  ///< the change that is being prepared
};

}  // namespace scorefield::viewer
