#include "render/mark_pass.hpp"

#include <algorithm>
#include <optional>

#include "gpu/transfer.hpp"
#include "render/glyph_atlas.hpp"
#include "shaders/render/mark.frag.hpp"
#include "shaders/render/mark.vert.hpp"
#include "shaders/render/mark_push.h"

namespace scorefield::render {
namespace {

gpu::Image upload_atlas(gpu::Device& device) {
    const GlyphAtlas& glyphs = glyph_atlas();
    gpu::Image atlas(device, "glyphs", VK_FORMAT_R8_UNORM, {glyphs.width, glyphs.height},
                     VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    const gpu::Buffer staging = gpu::make_buffer<std::uint8_t>(device, "glyphs", glyphs.coverage);
    gpu::Recorder recorder(device, "glyph upload");
    recorder.begin();
    recorder.copy(staging, atlas);
    device.wait(device.submit(recorder));
    return atlas;
}

}  // namespace

MarkPass::MarkPass(gpu::Device& device, std::size_t in_flight, VkFormat format) : atlas_(upload_atlas(device)) {
    pipeline_ = gpu::GraphicsPipeline(device, "marks", shaders::render_mark_vert, shaders::render_mark_frag,
                                      gpu::Blend::alpha, format);
    for (std::size_t i = 0; i < in_flight + 1; ++i) {
        marks_.emplace_back(device, "marks", kMost * sizeof(Mark), gpu::MemoryUse::upload);
    }
}

void MarkPass::record(gpu::Recorder& recorder, const Canvas& canvas, const gpu::Image& scene) {
    const std::size_t count = std::min(canvas.marks().size(), kMost);
    if (count == 0) return;
    const gpu::Buffer& buffer = marks_[next_];
    next_ = (next_ + 1) % marks_.size();
    std::copy_n(canvas.marks().begin(), count, buffer.mapped<Mark>().begin());
    const shaders::MarkPush push = {static_cast<float>(scene.extent().width),
                                    static_cast<float>(scene.extent().height)};
    recorder.draw(pipeline_, scene, {gpu::reads(buffer), gpu::reads(atlas_, gpu::Filter::nearest)}, push, 6,
                  static_cast<std::uint32_t>(count));
}

}  // namespace scorefield::render
