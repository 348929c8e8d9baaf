#pragma once

#include <cstddef>
#include <vector>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "render/canvas.hpp"

namespace scorefield::render {

/// Draws a canvas over a picture (shaders/render/mark.vert, mark.frag): lines and rectangles, then text over all of
/// them.
class MarkPass {
  public:
    /// At most `in_flight` recordings under way at once, onto pictures of this format, of at most `most` marks each;
    /// any beyond are not drawn.
    MarkPass(gpu::Device& device, std::size_t in_flight, VkFormat format, std::size_t most = 8192);

    void record(gpu::Recorder& recorder, const Canvas& canvas, const gpu::Image& scene);

  private:
    gpu::GraphicsPipeline shapes_, glyphs_;
    gpu::Image atlas_;
    std::vector<gpu::Buffer> marks_;
    std::size_t most_;
    std::size_t next_ = 0;
};

}  // namespace scorefield::render
