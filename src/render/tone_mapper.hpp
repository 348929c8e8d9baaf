#pragma once

#include <array>
#include <cstdint>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "render/look.hpp"
#include "render/splat_weights.hpp"
#include "render/splatter.hpp"
#include "shaders/render/tonemap_push.h"

namespace scorefield::render {

/// What the tone curve needs to know of sums that it is given.
struct ToneScale {
    std::uint32_t count = 1;  ///< number of particles
    double weight = 1;        ///< weight of a particle
    double pixel_size = 1;    ///< world units per pixel
    std::uint32_t colour_levels = 1;
};

/// What filled the accumulators, of a plane.
struct Splatted {
    const Particles& particles;
    const Camera2d& camera;
    SplatWeights weights;

    ToneScale scale(VkExtent2D extent) const;
};

/// Turns accumulators into a picture over what the scene holds already, and sets them back to zero
/// (shaders/render/tone.glsl). Colours of the scene are premultiplied by their alpha.
class ToneMapper {
  public:
    explicit ToneMapper(gpu::Device& device);

    /// Particles by a look. Goes over pixels or over the particles, whichever is less work: the picture is the same.
    void record(gpu::Recorder& recorder, const Accumulators& source, const Splatted& splatted, const Look& look,
                const gpu::Image& scene) const;
    /// The two ways to do that.
    void record_pixels(gpu::Recorder& recorder, const Accumulators& source, const Splatted& splatted, const Look& look,
                       const gpu::Image& scene) const;
    void record_places(gpu::Recorder& recorder, const Accumulators& source, const Splatted& splatted, const Look& look,
                       const gpu::Image& scene) const;
    /// Particles of any camera, over pixels.
    void record_sums(gpu::Recorder& recorder, const Accumulators& source, const ToneScale& scale, const Look& look,
                     const gpu::Image& scene) const;
    /// Data points as overlay of this strength, 0 … 1.
    void record_overlay(gpu::Recorder& recorder, const Accumulators& source, const ToneScale& scale,
                        Background background, double strength, const gpu::Image& scene) const;

  private:
    static constexpr std::size_t kModes = 3;

    void dispatch_pixels(gpu::Recorder& recorder, const Accumulators& source, std::uint32_t mode,
                         const shaders::TonemapPush& push, const gpu::Image& scene) const;

    std::array<gpu::ComputePipeline, kModes> pixels_;                                 ///< by mode
    std::array<std::array<gpu::ComputePipeline, kModes - 1>, kMaxDotRadius> places_;  ///< by radius − 1, mode
    gpu::Buffer tables_;
    std::uint32_t most_groups_;
};

}  // namespace scorefield::render
