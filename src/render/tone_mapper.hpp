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

namespace scorefield::render {

/// The data's accumulator, to show under the particles.
struct OverlayDensity {
    const gpu::Buffer& density;  ///< any buffer of the picture's size when there is nothing to show
    std::uint32_t count = 0;     ///< points in it; 0: nothing to show
    SplatWeights weights;
};

/// Turns accumulators into a picture and sets them back to zero (shaders/render/tonemap.comp). `pixel_size` is the
/// camera's, `count` and `weights` those of the splat. With `painted_ground` everything stands over what the scene
/// holds already, else over the background.
class ToneMapper {
  public:
    explicit ToneMapper(gpu::Device& device);

    void record(gpu::Recorder& recorder, const Accumulators& source, std::uint32_t count, const SplatWeights& weights,
                const OverlayDensity& overlay, double pixel_size, const Look& look, bool painted_ground,
                const gpu::Image& scene) const;

  private:
    std::array<std::array<std::array<gpu::ComputePipeline, 2>, 2>, 2> pipelines_;  ///< coloured, overlay, ground
    gpu::Buffer tables_;
};

}  // namespace scorefield::render
