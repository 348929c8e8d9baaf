#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/model.hpp"
#include "app/playback.hpp"
#include "gpu/device.hpp"
#include "gpu/recorder.hpp"
#include "nn/gpu_network.hpp"
#include "sample/executor.hpp"

namespace scorefield::app {

/// Where on its way from noise to data a state is: the time and the scales of the evaluation that follows.
struct Moment {
    int state = 0;
    double t = 0;
    double alpha = 1;
    double sigma = 0;
    bool clean = false;  ///< the result: nothing follows
};

/// A model's particles and how far they have come: program, executor and step clock.
class Player {
  public:
    /// Makes and warms everything that playing needs. Throws base::Error as load_model, build_program and Executor do.
    Player(gpu::Device& device, const Model& model, const Settings& settings);

    /// Compiles anew and starts again if sampler, timesteps, seed or particles differ from what is loaded. Host work
    /// only, the GPU is not waited for; except where there are more particles than ever before, which need new memory.
    /// When it throws base::Error (request), what was loaded goes on.
    void apply(const Settings& settings);

    Playback& playback() { return playback_; }
    const Playback& playback() const { return playback_; }

    /// Records what is missing from the state recorded last to the one that the clock shows. `started` is called after
    /// a new start state has been recorded.
    void record(gpu::Recorder& recorder, const std::function<void()>& started);

    /// The particles after what was recorded last.
    sample::ParticleView particles() const;
    /// Of every state 0 … steps.
    const std::vector<Moment>& moments() const { return moments_; }
    Moment moment() const { return moments_.at(static_cast<std::size_t>(recorded_)); }
    /// Standard deviation of the start state.
    double start_deviation() const { return executor_->program().init_scale; }
    const diffusion::Program& program() const { return executor_->program(); }
    const nn::GpuNetwork& network() const { return network_; }
    std::uint32_t count() const { return run_.particles; }

  private:
    /// What determines every state.
    struct Run {
        diffusion::SamplerSettings sampler;
        int steps = 0;
        std::string spacing;
        std::string timesteps;
        std::uint64_t seed = 0;
        std::uint32_t particles = 0;

        explicit Run(const Settings& settings);
        bool operator==(const Run&) const = default;
    };

    void reserve(std::uint32_t particles);
    void load(const Settings& settings);

    gpu::Device& device_;
    const Model& model_;
    nn::GpuNetwork network_;
    std::unique_ptr<sample::Executor> executor_;
    Run run_;
    std::vector<Moment> moments_;
    Playback playback_{1};
    int recorded_ = 0;
    bool start_recorded_ = false;
};

}  // namespace scorefield::app
