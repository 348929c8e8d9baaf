#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "data/points.hpp"
#include "diffusion/program.hpp"
#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/recorder.hpp"
#include "render/particles.hpp"
#include "render/renderer.hpp"
#include "session/denoiser.hpp"
#include "session/player.hpp"

namespace scorefield::session {

/// What the denoiser predicts from the particles of a state, as a picture asks for it.
struct PredictionQuestion {
    Player::ShownVersion version;  ///< the particles
    int state = 0;                 ///< the state that they are in
    std::shared_ptr<const Denoiser> denoiser;
    diffusion::Eval at;

    bool operator==(const PredictionQuestion&) const = default;
};

/// The answer, on the device to be drawn. At most Renderer::kFramesInFlight recordings may be under way at once.
class PredictedParticles {
  public:
    explicit PredictedParticles(gpu::Device& device) : device_(device) {}

    /// Replaces question and answer, (n, d).
    void take(PredictionQuestion question, const data::Points& points);
    const PredictionQuestion& question() const { return question_; }
    /// How many answers have been taken.
    std::uint64_t number() const { return number_; }
    /// The answer, which is copied to the device if that has not been done yet.
    render::Particles record(gpu::Recorder& recorder);

  private:
    gpu::Device& device_;
    PredictionQuestion question_;
    std::uint64_t number_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t dim_ = 0;
    std::vector<float> waiting_;  ///< (dim, count) planes that are not on the device yet; empty: none
    gpu::Buffer values_;          ///< (dim, count) planes
    std::array<gpu::Buffer, render::Renderer::kFramesInFlight> staging_;  ///< in turn
    std::size_t next_staging_ = 0;
};

}  // namespace scorefield::session
