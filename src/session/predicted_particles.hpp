#pragma once

#include <cstdint>
#include <memory>

#include "data/points.hpp"
#include "diffusion/program.hpp"
#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "render/particles.hpp"
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

/// The answer, on the device to be drawn. Immutable.
class PredictedParticles {
  public:
    /// `points`: (n, d), n ≥ 1. Allocates and waits for the device: not for frames.
    PredictedParticles(gpu::Device& device, const data::Points& points);

    std::uint32_t count() const { return count_; }
    render::Particles particles() const { return {planes_, 0, count_, count_, dim_}; }

  private:
    std::uint32_t count_;
    std::uint32_t dim_;
    gpu::Buffer planes_;  ///< (dim, count)
};

}  // namespace scorefield::session
