#include "render/mark_pass.hpp"

#include <algorithm>
#include <span>

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

MarkPass::MarkPass(gpu::Device& device, std::size_t in_flight, VkFormat format, std::size_t most)
    : atlas_(upload_atlas(device)), most_(most) {
    const auto make = [&](const char* name, std::uint32_t glyphs) {
        return gpu::GraphicsPipeline(device, name, shaders::render_mark_vert, shaders::render_mark_frag,
                                     gpu::Blend::alpha, format, {glyphs});
    };
    shapes_ = make("shapes", 0);
    glyphs_ = make("glyphs", 1);
    for (std::size_t i = 0; i < in_flight + 1; ++i) {
        marks_.emplace_back(device, "marks", most * sizeof(Mark), gpu::MemoryUse::upload);
    }
}

void MarkPass::record(gpu::Recorder& recorder, const Canvas& canvas, const gpu::Image& scene) {
    const gpu::Buffer& buffer = marks_[next_];
    next_ = (next_ + 1) % marks_.size();
    const std::span<Mark> marks = buffer.mapped<Mark>();
    std::uint32_t count = 0;
    for (const bool glyphs : {false, true}) {
        const std::uint32_t first = count;
        for (const Mark& mark : canvas.marks()) {
            if ((mark.kind == shaders::kGlyph) == glyphs && count < most_) marks[count++] = mark;
        }
        if (count == first) continue;
        const shaders::MarkPush push = {
            {static_cast<float>(scene.extent().width), static_cast<float>(scene.extent().height)}, first, 0};
        recorder.draw(glyphs ? glyphs_ : shapes_, scene, {gpu::reads(buffer), gpu::reads(atlas_, gpu::Filter::nearest)},
                      push, 6, count - first);
    }
}

}  // namespace scorefield::render
