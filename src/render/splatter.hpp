#pragma once

#include <vulkan/vulkan.h>

#include <array>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "render/camera.hpp"
#include "render/particles.hpp"
#include "render/splat_weights.hpp"
#include "shaders/render/splat_push.h"

namespace scorefield::render {

/// The accumulators of a picture: u32, (height, width).
struct Accumulators {
    const gpu::Buffer& density;
    const gpu::Buffer& colour;  ///< only with colour; any buffer otherwise
    VkExtent2D extent;
};

/// Adds particles to accumulators (shaders/render/splat.comp).
class Splatter {
  public:
    explicit Splatter(gpu::Device& device);

    /// `channel`: float32 in [0, 1] per particle, read when `weights` are coloured. Particles off the picture or not
    /// finite add nothing. One-dimensional particles fill the strip −0.5 ≤ y < 0.5 evenly by their number.
    void record(gpu::Recorder& recorder, const Particles& particles, const gpu::Buffer& channel, const Camera2d& camera,
                const SplatWeights& weights, const Accumulators& target) const;

    /// channel[i] ← Φ((first coordinate of particle i − mean)/deviation), within 2e-4; 0.5 for what is not a number.
    void record_origin(gpu::Recorder& recorder, const Particles& particles, double mean, double deviation,
                       const gpu::Buffer& channel) const;

  private:
    std::uint32_t most_groups_;
    std::array<std::array<gpu::ComputePipeline, 2>, kMaxDotRadius> splat_;  ///< radius − 1, coloured
    gpu::ComputePipeline origin_;
};

/// A camera as the splat shader takes it.
shaders::SplatTransform splat_transform(const Camera2d& camera, VkExtent2D extent, std::uint32_t subpixel_bits);
/// Where the shaders that go over particles find them in the picture.
shaders::SplatPush splat_push(const Particles& particles, const Camera2d& camera, const SplatWeights& weights,
                              VkExtent2D extent);

/// Invocations of a workgroup of those shaders.
inline constexpr std::uint32_t kParticleGroup = 128;
/// Workgroups along x and y, at most `most` along x, so that there is an invocation for each particle.
std::array<std::uint32_t, 2> particle_groups(std::uint32_t count, std::uint32_t most);

}  // namespace scorefield::render
