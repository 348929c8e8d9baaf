#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gpu/device.hpp"
#include "gpu/recorder.hpp"
#include "session/playback.hpp"
#include "session/prepared_run.hpp"
#include "session/run_loader.hpp"
#include "session/run_states.hpp"

namespace scorefield::session {

/// Weights of the model's network that change while it plays.
struct LiveWeights {
    const gpu::Buffer& trained;  ///< as nn::GpuNetwork::record_load takes them
    std::uint64_t version = 0;   ///< another number, other weights
    /// Finished samples are shown, drawn again from the same noise with each version. Otherwise the particles go on, by
    /// the newest weights at any time.
    bool restart = false;
    /// The class that is shown of a conditional network; none: all classes together.
    std::optional<std::size_t> label = std::nullopt;
};

/// A model's particles and the clock that says which of their states is shown.
class Player {
  public:
    /// Creates and warms up everything that playback needs. Throws base::Error as sample::GpuPopulation does.
    Player(gpu::Device& device, std::shared_ptr<ShownScore> score, const PreparedRun& run);

    /// Throws base::Error (request) naming the most where so many particles do not fit the device.
    static void require_room(const gpu::Device& device, const model::Model& model, const diffusion::Program& program,
                             std::uint32_t particles, Computes computes = Computes::device);

    /// Starts this run of the same model. `loaded`: what run_loader has made for it; what is missing is made here,
    /// which may take long. If it throws base::Error, the run that was loaded before continues.
    void take(const PreparedRun& run, LoadedRun loaded = {});
    /// Returns a loader of runs for this player. `origins`: the number of particles whose origins the scene can store.
    RunLoader run_loader(std::uint32_t origins) const { return {device_, score_, population_, origins}; }
    /// Keeps states to go back to from here on. Allocates; where memory is short, fewer states are kept.
    void keep_states();
    /// What is loaded.
    const sample::SamplingSpec& spec() const { return spec_; }

    Playback& playback() { return playback_; }
    const Playback& playback() const { return playback_; }

    /// Records the work that leads to the state of the clock, roughly `operations` of it at most; the rest is left to
    /// the next recordings. `started` is called when a new start state has been recorded as the shown state. Returns
    /// the operations that were recorded. Weights that are `live` are taken over as they ask, after prepare_live; where
    /// they ask for finished samples, the clock stands still.
    double record(gpu::Recorder& recorder, double operations, const std::function<void()>& started,
                  const LiveWeights* live = nullptr);
    /// The state that the clock shows next; none where it stands still or does not go on by the run.
    std::optional<int> next_state() const;
    /// This state is not ready, and nothing else is to be done before it.
    bool works_ahead(int state) const;
    /// Records work on this state, roughly `operations` of it at most: so a step that is due need only be shown.
    /// Returns the operations that were recorded. Only where works_ahead(state).
    double record_ahead(gpu::Recorder& recorder, double operations, int state);
    /// Makes and warms what live weights need; waits for the GPU. Only for models with a network. `specs`: the
    /// tensors of the network in training.
    void prepare_live(const gpu::Buffer& trained, const std::vector<nn::TensorSpec>& specs);
    /// The last recording was of finished samples.
    bool shows_results() const { return results_; }
    /// The state that the clock shows has been recorded as a whole; always in the forward process, which needs none.
    bool up_to_date() const;
    /// Operations of all particles in a step, on average.
    double operations_per_step() const;

    /// The last whole state of the run that was shown.
    sample::ParticleView particles() const { return population_->particles(); }
    /// Changes whenever particles() do.
    struct ShownVersion {
        std::uint64_t run = 0;     ///< runs taken so far
        std::uint64_t writes = 0;  ///< ShownPopulation::times_shown
        int noised = -1;           ///< in the forward process: its state

        bool operator==(const ShownVersion&) const = default;
    };
    /// Whether particles() are of this run: its start has been shown.
    bool started() const { return !start_pending_; }
    ShownVersion shown_version() const {
        return {runs_, population_->times_shown(), playback_.noising() ? playback_.state() : -1};
    }
    /// One per state 0 … steps.
    const std::vector<RunState>& run_states() const { return run_states_; }
    /// That of the state that is shown, of the run or the forward process.
    RunState run_state() const {
        const int state = playback_.noising() ? playback_.state() : population_->state();
        return run_states_.at(static_cast<std::size_t>(state));
    }
    /// The evaluation whose score explains what is shown: the first one of the step that follows the state, or of the
    /// last step that has one; where shows_results(), the one with about half as much noise as signal, where shapes
    /// are being decided. One with sigma 0 where the program has none.
    diffusion::Eval shown_evaluation() const;
    const diffusion::StartLaw& start_law() const { return program().start; }
    const diffusion::Program& program() const { return population_->program(); }
    const ShownScore& score() const { return *score_; }
    /// Work goes on between frames, which need not come often for it.
    bool works_by_itself() const { return population_->works_by_itself(); }
    /// Waits for that work; returns at once where there is none.
    void wait() { population_->wait(); }
    std::uint32_t count() const { return spec_.particles; }

  private:
    void begin(const PreparedRun& run);
    bool has_taken(const LiveWeights& live) const { return version_ == live.version && label_ == live.label; }
    void take_weights(gpu::Recorder& recorder, const LiveWeights& live);

    gpu::Device& device_;
    std::shared_ptr<ShownScore> score_;
    std::shared_ptr<sample::ShownPopulation> population_;
    sample::SamplingSpec spec_;
    std::vector<RunState> run_states_;
    Playback playback_{1};
    std::uint64_t runs_ = 0;  ///< taken so far
    bool keeps_states_ = false;
    bool start_pending_ = true;         ///< the start has not been shown yet
    bool results_ = false;              ///< shown are finished samples
    std::uint64_t version_ = 0;         ///< of the weights taken over last
    std::optional<std::size_t> label_;  ///< theirs
};

}  // namespace scorefield::session
