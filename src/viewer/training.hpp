#pragma once

#include <array>
#include <optional>

#include "base/background_job.hpp"
#include "session/live_training.hpp"
#include "viewer/messages.hpp"
#include "viewer/run_change.hpp"
#include "viewer/save_guard.hpp"

namespace scorefield::viewer {

/// The title of the tab that trains.
inline constexpr const char* kTrainTab = "Train";

/// The viewer's part in training: the plan that the controls say, the training that is being prepared by an earlier
/// plan, and the one that runs between the frames.
class Training {
  public:
    Training(gpu::Device& device, settings::Settings first_plan)
        : plan(std::move(first_plan)), live(device), device_(device) {}

    /// Begins to prepare `plan`, with the cells of the board where the data are painted; the training under way goes on
    /// until that is ready. A newer plan cancels the preparation under way. Does nothing if the plan asks for what is
    /// being prepared anyway. `shown`: the settings of the scene that shows the network.
    void start(const std::vector<float>& painting, const settings::Settings& shown, VkExtent2D extent);
    bool preparing() const { return prepared_.wanted(); }
    /// A plan waits until what was being prepared before has ended.
    bool waiting() const { return prepared_.waiting(); }
    /// Call every frame, before `live.record`: takes what has come. A training that has become ready begins; its scene
    /// is to be shown from now on. What the user should know is added to `messages`.
    std::optional<RunChange> poll(Messages& messages);
    /// `plan` is another one than that of the network in training, which must exist.
    bool plans_another(const std::vector<float>& painting) const;
    /// Saves the network, or says why that cannot be.
    void save(const std::filesystem::path& path, Messages& messages);

    static constexpr std::size_t kMostText = 1024;
    std::array<char, kMostText> save_path = {"trained.safetensors"};  ///< where the controls say to save the network
    settings::Settings plan;
    session::LiveTraining live;

  private:
    TrainingPlan plan_with(const std::vector<float>& painting) const;

    gpu::Device& device_;
    TrainingPlan asked_;  ///< of what is being prepared, or waits for that
    TrainingPlan begun_;  ///< of the network in training
    base::BackgroundJob<RunChange> prepared_;
    SaveGuard save_guard_;
};

}  // namespace scorefield::viewer
