#pragma once

#include <cstddef>
#include <vector>

#include "gpu/buffer.hpp"
#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "render/background.hpp"
#include "render/scalar_field.hpp"

namespace scorefield::render {

/// Paints a picture's ground: the background, and a field where it reaches (shaders/render/field.vert, field.frag).
class FieldPass {
  public:
    /// At most `in_flight` recordings under way at once, onto pictures of this format.
    FieldPass(gpu::Device& device, std::size_t in_flight, VkFormat format);

    /// Fills `scene`. std::logic_error where the field's values are not as many as its columns and rows say, or more
    /// than ScalarField::kMostValues.
    void record(gpu::Recorder& recorder, const ScalarField& field, const Camera2d& camera, Background background,
                const gpu::Image& scene);

  private:
    gpu::GraphicsPipeline pipeline_;
    std::vector<gpu::Buffer> values_;  ///< a colour for each value, then the values
    std::size_t next_ = 0;
};

}  // namespace scorefield::render
