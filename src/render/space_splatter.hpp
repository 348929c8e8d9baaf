#pragma once

#include <vulkan/vulkan.h>

#include <array>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "render/camera3d.hpp"
#include "render/look.hpp"
#include "render/particles.hpp"
#include "render/space_weights.hpp"
#include "render/splatter.hpp"
#include "render/tone_mapper.hpp"
#include "shaders/render/splat_space_push.h"

namespace scorefield::render {

/// How a camera shows particles of a look: sizes and weights by depth.
struct SpaceView {
    Camera3d camera;
    double size_depth = 0;  ///< depth of the nominal size; 0: the same size at every depth
    double radius = 1;      ///< nominal, in pixels
    double fade_front = 0;  ///< depth at which the fade begins
    double fade_range = 0;  ///< depth over which it goes on
    double fade_rate = 0;   ///< per depth
    SpaceWeights weights;

    /// The tone curve takes a particle at the depth of the camera's target for one of the plane there: the picture is
    /// as bright with a fade as without, and near as from far.
    ToneScale tone_scale(std::uint32_t count, VkExtent2D extent) const;
    bool operator==(const SpaceView&) const = default;
};

/// The view of `count` particles. Few particles have larger dots, also those of a part that the camera is near to.
SpaceView space_view(const Camera3d& camera, VkExtent2D extent, const Look& look, std::uint32_t count, bool coloured);

/// Adds three-dimensional particles to accumulators (shaders/render/splat_space.comp).
class SpaceSplatter {
  public:
    explicit SpaceSplatter(gpu::Device& device);

    /// `channel`: float32 in [0, 1] per particle, read when the weights are coloured. particles.dim ≥ 3; the first
    /// three coordinates are drawn. Particles behind the camera, off the picture or not finite add nothing.
    void record(gpu::Recorder& recorder, const Particles& particles, const gpu::Buffer& channel, const SpaceView& view,
                const Accumulators& target) const;

  private:
    std::uint32_t most_groups_;
    std::array<std::array<gpu::ComputePipeline, 2>, kMaxDotRadius + 1> splat_;  ///< radius (0: one row), coloured
};

/// What the shader takes.
shaders::SplatSpacePush space_push(const Particles& particles, const SpaceView& view, VkExtent2D extent);

}  // namespace scorefield::render
