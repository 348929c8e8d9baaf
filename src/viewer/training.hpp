#pragma once

#include <array>
#include <optional>
#include <vector>

#include "base/background_job.hpp"
#include "session/live_training.hpp"
#include "viewer/job_progress.hpp"
#include "viewer/messages.hpp"
#include "viewer/run_change.hpp"
#include "viewer/save_guard.hpp"

namespace scorefield::viewer {

/// The title of the Train tab.
inline constexpr const char* kTrainTab = "Train";

/// The viewer's part of training: the plan in the controls, the training that is being prepared from an earlier plan,
/// and the training that runs between the frames.
class Training {
  public:
    Training(gpu::Device& device, settings::Settings first_plan)
        : plan(std::move(first_plan)), live(device), device_(device) {}

    /// Starts to prepare `plan`, with the cells of the board if the data are painted. The current training continues
    /// until the new one is ready. A newer plan cancels the current preparation. Does nothing if the same training is
    /// already being prepared. `shown`: the settings of the scene that shows the network.
    void start(const std::vector<float>& painting, const settings::Settings& shown, const render::PictureForm& form);
    bool preparing() const { return prepared_.wanted(); }
    /// The preparation, while there is one.
    std::optional<JobProgress> preparation() const;
    /// The jobs of the current training; `cancel` is valid as long as this object.
    std::vector<JobProgress> jobs();
    /// The current training continues.
    void cancel() { prepared_.cancel(); }
    /// True while a plan waits for an earlier preparation to end.
    bool waiting() const { return prepared_.waiting(); }
    /// Takes results that have arrived. Call it every frame, before `live.record`. If a training has become ready,
    /// starts it and returns its scene, which the caller shows. Adds messages for the user.
    std::optional<RunChange> poll(Messages& messages);
    /// Whether `plan` differs from the plan of the current training, which must exist.
    bool plans_another(const std::vector<float>& painting) const;
    /// Saves the network, or adds a message that says why this is not possible.
    void save(const std::filesystem::path& path, Messages& messages);

    static constexpr std::size_t kMostText = 1024;
    std::array<char, kMostText> save_path = {"trained.safetensors"};  ///< path of the model, from the text field
    settings::Settings plan;
    session::LiveTraining live;

  private:
    TrainingPlan plan_with(const std::vector<float>& painting) const;

    gpu::Device& device_;
    TrainingPlan asked_;  ///< the plan that is being prepared or waits for it
    TrainingPlan begun_;  ///< the plan of the current training
    base::BackgroundJob<RunChange> prepared_;
    SaveGuard save_guard_;
};

}  // namespace scorefield::viewer
