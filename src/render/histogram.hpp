#pragma once

#include <cstdint>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "render/camera.hpp"
#include "render/canvas.hpp"
#include "render/particles.hpp"

namespace scorefield::render {

/// Where the histogram of one-dimensional particles stands in a picture.
struct HistogramPlace {
    double top = 0;     ///< pixels
    double bottom = 0;  ///< pixels
    double most = 0;    ///< the density that reaches the top; higher bars end there. 0: there is no histogram

    bool operator==(const HistogramPlace&) const = default;
};

/// Draws the density of one-dimensional particles as bars over the width of a picture, a few pixels wide each
/// (shaders/render/histogram.comp, bars.vert).
class Histogram {
  public:
    static constexpr double kBarWidth = 4;  ///< pixels
    static constexpr std::uint32_t kMostBins = 4096;

    /// Onto pictures of this format.
    Histogram(gpu::Device& device, VkFormat format);

    /// Counts and draws.
    void record(gpu::Recorder& recorder, const Particles& particles, const Camera2d& camera,
                const HistogramPlace& place, const Ink& ink, const gpu::Image& scene);
    /// By bin, of the last recording; bin i begins at pixel i·kBarWidth.
    const gpu::Buffer& counts() const { return counts_; }

  private:
    gpu::ComputePipeline count_;
    gpu::GraphicsPipeline bars_;
    gpu::Buffer counts_;
    std::uint32_t most_groups_;
};

}  // namespace scorefield::render
