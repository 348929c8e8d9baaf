#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gpu/device.hpp"
#include "gpu/recorder.hpp"
#include "sample/executor.hpp"
#include "session/gpu_score.hpp"
#include "session/playback.hpp"
#include "session/prepared_run.hpp"

namespace scorefield::session {

/// Where on its way from noise to data a state is: the time and the scales of the evaluation that follows.
struct Moment {
    int state = 0;
    double t = 0;
    double alpha = 1;
    double sigma = 0;
    bool clean = false;  ///< the result: nothing follows
};

/// Weights of the model's network that change while it plays.
struct LiveWeights {
    const gpu::Buffer& trained;  ///< as nn::GpuNetwork::record_load takes them
    std::uint64_t version = 0;   ///< another number, other weights
    /// Finished samples are shown, drawn again from the same noise with each version. Otherwise the particles go on, by
    /// the newest weights at any time.
    bool restart = false;
    /// Of a conditional network: the class that is shown; none: all together.
    std::optional<std::size_t> label = std::nullopt;
};

/// A model's particles and how far they have come: program, executor and step clock. What is shown is a copy of the
/// last whole state, so that a step may take several recordings.
class Player {
  public:
    /// Makes and warms everything that playing needs. Throws base::Error as Executor does.
    Player(gpu::Device& device, const model::Model& model, const PreparedRun& run);

    /// Throws base::Error (request) naming the most where so many particles do not fit the device.
    static void require_room(const gpu::Device& device, const model::Model& model, const diffusion::Program& program,
                             std::uint32_t particles);

    /// Starts this run of the same model. The GPU is not waited for; except where there are more particles, or the
    /// program has more registers, than ever before, which need new memory. When it throws base::Error, what was loaded
    /// goes on, or starts again where the network had been touched.
    void take(const PreparedRun& run);
    /// What is loaded.
    const sample::SamplingSpec& spec() const { return spec_; }

    Playback& playback() { return playback_; }
    const Playback& playback() const { return playback_; }

    /// As many particle-steps as any state needs.
    static constexpr std::uint64_t kWhole = UINT64_MAX;

    /// Records what is missing from the whole state recorded last to the one that the clock shows, at most about `most`
    /// > 0 particle-steps of it (by whole gpu::kParticleMultiple); the rest is left to the next recordings. `started`
    /// is called after a new start state has been recorded as the state that is shown. Returns how many particle-steps
    /// were recorded. Weights that are `live` are taken over as they ask, after prepare_live; where they ask for
    /// finished samples, the clock stands still.
    std::uint64_t record(gpu::Recorder& recorder, std::uint64_t most, const std::function<void()>& started,
                         const LiveWeights* live = nullptr);
    /// Makes and warms what live weights need; waits for the GPU. Only for models with a network. `classes`: of the
    /// network in training; 0: it is not conditional.
    void prepare_live(const gpu::Buffer& trained, std::size_t classes);
    /// The last recording was of finished samples.
    bool shows_results() const { return results_; }
    /// The state that the clock shows has been recorded as a whole.
    bool up_to_date() const { return start_recorded_ && recorded_ == playback_.state(); }

    /// The last whole state recorded.
    sample::ParticleView particles() const;
    /// Of every state 0 … steps.
    const std::vector<Moment>& moments() const { return moments_; }
    /// Of the state that is shown.
    Moment moment() const { return moments_.at(static_cast<std::size_t>(shown_state_)); }
    const diffusion::StartLaw& start_law() const { return executor_->program().start; }
    const diffusion::Program& program() const { return executor_->program(); }
    const sample::GpuSource& source() const { return score_.source(); }
    std::uint32_t count() const { return spec_.particles; }

  private:
    void reload();
    void start_again();
    std::optional<gpu::Buffer> make_start(const std::vector<float>& states, const sample::Executor& executor) const;
    void record_start(gpu::Recorder& recorder);
    bool has_taken(const LiveWeights& live) const { return version_ == live.version && label_ == live.label; }
    void take_weights(gpu::Recorder& recorder, const LiveWeights& live);
    std::uint64_t record_block(gpu::Recorder& recorder, std::uint64_t most);
    void keep_state(gpu::Recorder& recorder);

    gpu::Device& device_;
    const model::Model& model_;
    GpuScore score_;
    std::unique_ptr<sample::Executor> executor_;
    /// (dim, stride) planes of start states that are no draws of the program's start law.
    std::optional<gpu::Buffer> start_;
    gpu::Buffer shown_;  ///< (dim, stride) planes of the last whole state
    sample::SamplingSpec spec_;
    std::vector<Moment> moments_;
    Playback playback_{1};
    int recorded_ = 0;            ///< the last whole state
    std::uint32_t advanced_ = 0;  ///< particles that have taken the step after it already
    bool start_recorded_ = false;
    int shown_state_ = 0;
    bool results_ = false;              ///< shown are finished samples
    std::uint64_t version_ = 0;         ///< of the weights taken over last
    std::optional<std::size_t> label_;  ///< theirs
};

}  // namespace scorefield::session
