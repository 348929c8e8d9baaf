#pragma once

#include <cstdint>
#include <utility>

#include "diffusion/process.hpp"
#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "render/particles.hpp"

namespace scorefield::session {

/// The stream of its noise, with the seed 0: normals of the index 0 (base/random.hpp).
inline constexpr std::uint32_t kForwardStream = 32;

/// Data points under noise: x = alpha·x_0 + sigma·z, with the same z of a particle at every level.
class ForwardProcess {
  public:
    /// Room for so many particles of `dim` coordinates, 1 … 3. Makes the driver compile, and waits for it.
    ForwardProcess(gpu::Device& device, std::uint32_t dim, std::uint32_t capacity);

    /// A buffer for so many particles. May be called on any thread.
    static gpu::Buffer make_values(gpu::Device& device, std::uint32_t dim, std::uint32_t capacity);
    /// Replaces the buffer. The GPU may still use the old one.
    void take_values(gpu::Buffer values) { values_ = std::move(values); }
    /// Replaces it by a larger one where it has room for fewer.
    void reserve(std::uint32_t capacity);
    std::uint32_t capacity() const;

    /// values ← `count` ≤ capacity particles at this level, from `points` data points, planes (dim, points).
    void record(gpu::Recorder& recorder, const gpu::Buffer& data, std::uint32_t points, std::uint32_t count,
                const diffusion::Marginal& at);
    /// Those of the last recording.
    render::Particles particles() const { return {values_, 0, count_, count_, dim_}; }

  private:
    gpu::Device& device_;
    std::uint32_t dim_;
    std::uint32_t most_groups_;
    gpu::ComputePipeline pipeline_;
    gpu::Buffer values_;  ///< (dim, count) planes
    std::uint32_t count_ = 0;
};

}  // namespace scorefield::session
