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

/// Makes what the controls say ready beside the frames, and shows it once it is. What was running goes on until then.
class SceneChanges {
  public:
    /// What the context shows is what its settings say.
    explicit SceneChanges(Context& context);

    /// Begins the change that the context's requests ask for, or ends the one under way.
    void serve();
    void cancel();

    enum class Shown : std::uint8_t {
        same,
        other_size,   ///< another number of particles
        other_scene,  ///< context.scene has been replaced
    };
    /// Call every frame: shows what has become ready, a run, a score or a training. What cannot be done is said in a
    /// message.
    Shown follow();
    std::optional<ChangeProgress> progress() const;

  private:
    void choose_target(const std::string& target);
    void apply(bool nearest);
    bool follow_training();
    Shown follow_change();
    void start(RunChange& change);
    void take_back();
    void show(std::unique_ptr<session::Scene> scene);
    void show_notes(std::vector<std::string> notes);

    Context& context_;
    settings::Settings applied_;             ///< by which the scene runs
    ScoreChoice opened_;                     ///< what the scene shows
    std::string learned_model_;              ///< as in Settings: what a target has taken the place of
    bool nearest_ = false;                   ///< the change under way may adjust the settings
    base::BackgroundJob<RunChange> change_;  ///< what the controls say, being made ready
};

}  // namespace scorefield::viewer
