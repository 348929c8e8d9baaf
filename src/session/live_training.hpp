#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/background_job.hpp"
#include "session/frame_slot.hpp"
#include "session/loss_history.hpp"
#include "session/training_clock.hpp"
#include "session/training_pace.hpp"
#include "session/training_session.hpp"
#include "session/weights_snapshot.hpp"

namespace scorefield::session {

/// The loss that no network can beat, as far as it is known.
struct LossFloor {
    std::optional<double> value;
    std::string reason;  ///< how it was found, or why there is none; for people
};

/// Trains a network between frames, with a share of each frame's time. No frame waits for it: long work runs in
/// background jobs, and results from the GPU arrive some frames later.
class LiveTraining {
  public:
    enum class State : std::uint8_t { none, running, paused, finished };

    /// The destructor waits for a file that is being written.
    explicit LiveTraining(gpu::Device& device) : device_(device), snapshot_(device) {}

    /// Starts this training. A training in progress ends.
    void begin(std::unique_ptr<TrainingSession> session);
    void pause();
    void resume();
    /// Ends it for good.
    void drop();

    /// The outcome of a `save`.
    struct Saved {
        std::filesystem::path path;
        std::string error;  ///< empty: the file is written
    };
    struct News {
        std::optional<Saved> saved;
        std::string divergence;  ///< why the training has diverged, reported once; empty: it has not
    };
    /// Takes results that have arrived. Call it every frame, before `record`.
    News poll();

    /// Records this frame's training, in a scope "training". A share of 0 … below 1 of the frame's time.
    void record(gpu::Recorder& recorder, double share);
    /// The submission of the recording. Returns what it holds.
    TrainingWork submitted(gpu::Submission submission);
    /// A frame that held this work is done; it took so long on the device, if that has a clock.
    void note_frame(const TrainingWork& work, double device_ms, double frame_ms);

    State state() const { return state_; }
    bool trains() const { return state_ == State::running; }
    /// There is a network: in training, paused or finished.
    bool exists() const { return session_ != nullptr; }
    /// The weights of the network, which must exist.
    LiveWeights weights(bool restart) const;
    /// Returns a function that copies the averaged weights of some frames ago into a model of the network, for
    /// evaluation on the host. The function may be called on any thread and outlive the training.
    std::function<void(model::Model&)> updater() const;
    /// The number of classes of the network, which must exist (0 where it is not conditional), and the class that is
    /// shown (none: all together).
    std::size_t classes() const { return model::classes_of(network()); }
    std::optional<std::size_t> shown_class() const { return session_->label; }
    /// Whether the network learns all classes together, too.
    bool knows_all_together() const { return session_->spec.label_dropout > 0; }
    /// Below classes(); none only where they are known.
    void show_class(std::optional<std::size_t> label) { session_->label = label; }
    const train::TrainSpec& spec() const { return session_->spec; }
    const model::Architecture& network() const { return session_->trainer->network(); }
    std::shared_ptr<const data::Dataset> data() const { return session_->data; }
    std::shared_ptr<const diffusion::NoiseProcess> process() const { return session_->process; }
    std::uint64_t steps() const { return session_ ? session_->trainer->steps() : 0; }
    double steps_per_second() const { return steps_per_second_; }
    const LossHistory& losses() const { return losses_; }
    const LossFloor& floor() const { return floor_; }
    /// The computation of the floor. Counts the draws.
    const base::BackgroundJob<LossFloor>& floor_job() const { return floor_estimate_; }
    /// Goes on without a floor.
    void cancel_floor();
    /// The averaged weights of some frames ago; null before the first.
    std::shared_ptr<const data::TensorMap> recent_weights() const { return snapshot_.tensors(); }

    /// Starts to write the averaged weights as a checkpoint in a background job; `poll` returns the outcome. False if
    /// there are no weights yet or an earlier save is still in progress.
    bool save(const std::filesystem::path& path);
    bool saving() const { return save_.wanted(); }
    const base::BackgroundJob<bool>& save_job() const { return save_; }
    /// The last `save` that has ended has written its file.
    bool save_succeeded() const { return save_succeeded_; }
    /// There are steps of the network that no file holds.
    bool unsaved() const { return session_ && recent_weights() && steps() > saved_steps_; }

  private:
    using Clock = std::chrono::steady_clock;

    std::optional<Saved> take_save();
    std::string take_reports();
    void measure_speed();
    bool has_clock() const;
    void estimate_floor();

    gpu::Device& device_;
    State state_ = State::none;
    std::unique_ptr<TrainingSession> session_;
    WeightsSnapshot snapshot_;
    TrainingPace pace_;
    TrainingClock clock_;    ///< used if the device has no timestamps
    TrainingWork recorded_;  ///< work of the current recording
    LossHistory losses_;
    LossFloor floor_;
    base::BackgroundJob<LossFloor> floor_estimate_;
    base::BackgroundJob<bool> save_;
    std::filesystem::path saving_path_;
    bool save_succeeded_ = false;
    std::uint64_t saving_steps_ = 0;  ///< of the network that is being written
    std::uint64_t saved_steps_ = 0;   ///< of this network that a file holds; 0: no file does
    double steps_per_second_ = 0;
    std::uint64_t counted_ = 0;  ///< steps at the time of counted_at_
    Clock::time_point counted_at_;
};

}  // namespace scorefield::session
