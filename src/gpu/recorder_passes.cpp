#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "gpu/recorder.hpp"
#include "gpu/recorder_state.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

constexpr VkImageSubresourceLayers kWholeImage{VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};

constexpr Use kTransferRead{VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_READ_BIT,
                            VK_IMAGE_LAYOUT_UNDEFINED};
constexpr Use kTransferWrite{VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT,
                             VK_IMAGE_LAYOUT_UNDEFINED};

Use in_layout(Use use, VkImageLayout layout) {
    use.layout = layout;
    return use;
}

VkExtent3D whole_extent(const Image& image) {
    return {image.extent().width, image.extent().height, 1};
}

void require_inside(const Buffer& buffer, VkDeviceSize offset, VkDeviceSize bytes) {
    if (offset <= buffer.bytes() && bytes <= buffer.bytes() - offset) return;
    throw std::logic_error(fmt::format("a copy of {} bytes at {} leaves buffer '{}' of {} bytes", bytes, offset,
                                       buffer.name(), buffer.bytes()));
}

/// The copy between all of the image and the part of the buffer at `offset`, after checking that there is such a part.
VkBufferImageCopy whole_image_copy(const Image& image, const Buffer& buffer, VkDeviceSize offset) {
    const VkDeviceSize texel = texel_bytes(image.format());
    require_inside(buffer, offset, texel * image.extent().width * image.extent().height);
    const VkDeviceSize alignment = std::max(texel, VkDeviceSize{4});
    if (offset % alignment != 0) {
        throw std::logic_error(fmt::format("a copy between image '{}' and buffer '{}' is at {}, no multiple of {}",
                                           image.name(), buffer.name(), offset, alignment));
    }
    VkBufferImageCopy region{};
    region.bufferOffset = offset;
    region.imageSubresource = kWholeImage;
    region.imageExtent = whole_extent(image);
    return region;
}

constexpr Use kAttachment{VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
                          VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
                          VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};

/// Draws will go over the whole image and keep what is there.
void begin_rendering(VkCommandBuffer commands, const Image& target) {
    auto attachment = make_structure<VkRenderingAttachmentInfo>(VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO);
    attachment.imageView = target.view();
    attachment.imageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    attachment.loadOp = VK_ATTACHMENT_LOAD_OP_LOAD;
    attachment.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
    const VkRect2D area{{0, 0}, target.extent()};
    auto info = make_structure<VkRenderingInfo>(VK_STRUCTURE_TYPE_RENDERING_INFO);
    info.renderArea = area;
    info.layerCount = 1;
    info.colorAttachmentCount = 1;
    info.pColorAttachments = &attachment;
    vkCmdBeginRendering(commands, &info);
    const VkViewport viewport{0.0F, 0.0F, static_cast<float>(area.extent.width), static_cast<float>(area.extent.height),
                              0.0F, 1.0F};
    vkCmdSetViewport(commands, 0, 1, &viewport);
    vkCmdSetScissor(commands, 0, 1, &area);
}

}  // namespace

Binding reads(const Buffer& buffer, VkDeviceSize offset, VkDeviceSize bytes) {
    return {&buffer, nullptr, Access::read, offset, bytes, Filter::linear};
}
Binding writes(const Buffer& buffer, VkDeviceSize offset, VkDeviceSize bytes) {
    return {&buffer, nullptr, Access::write, offset, bytes, Filter::linear};
}
Binding reads_writes(const Buffer& buffer, VkDeviceSize offset, VkDeviceSize bytes) {
    return {&buffer, nullptr, Access::read_write, offset, bytes, Filter::linear};
}
Binding reads(const Image& image, Filter filter) {
    return {nullptr, &image, Access::read, 0, VK_WHOLE_SIZE, filter};
}
Binding writes(const Image& image) {
    return {nullptr, &image, Access::write, 0, VK_WHOLE_SIZE, Filter::linear};
}
Binding reads_writes(const Image& image) {
    return {nullptr, &image, Access::read_write, 0, VK_WHOLE_SIZE, Filter::linear};
}

ExternalUse draws_on(const Image& image) {
    return {nullptr, &image, kAttachment};
}

void Recorder::dispatch(const ComputePipeline& pipeline, std::span<const Binding> bindings,
                        std::span<const std::byte> push, std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    require_recording();
    const PipelineCore& core = *pipeline.core();
    const auto& most = device_.properties().max_workgroup_count;
    if (x > most[0] || y > most[1] || z > most[2]) {
        throw std::logic_error(fmt::format("pipeline '{}': {}x{}x{} groups exceed the device's {}x{}x{}", core.name, x,
                                           y, z, most[0], most[1], most[2]));
    }
    state_->declare(core, bindings, push);
    if (x == 0 || y == 0 || z == 0) return;
    state_->enter_pass(core.name, recording_);
    state_->keep(pipeline.core(), recording_);
    state_->bind(core, VK_PIPELINE_BIND_POINT_COMPUTE, bindings, push);
    vkCmdDispatch(state_->commands, x, y, z);
}

void Recorder::fill(const Buffer& buffer, std::uint32_t value) {
    require_recording();
    if (buffer.bytes() % 4 != 0) throw std::logic_error("fill of buffer '" + buffer.name() + "': not whole words");
    state_->pass.add(buffer.core(), kTransferWrite);
    state_->enter_pass("fill", recording_);
    vkCmdFillBuffer(state_->commands, buffer.handle(), 0, VK_WHOLE_SIZE, value);
}

void Recorder::copy(const Buffer& source, VkDeviceSize source_offset, const Buffer& target, VkDeviceSize target_offset,
                    VkDeviceSize bytes) {
    require_recording();
    require_inside(source, source_offset, bytes);
    require_inside(target, target_offset, bytes);
    const bool overlap = source.handle() == target.handle() && source_offset < target_offset + bytes &&
                         target_offset < source_offset + bytes;
    if (overlap) throw std::logic_error("a copy inside buffer '" + source.name() + "' overlaps itself");
    if (bytes == 0) return;
    state_->pass.add(source.core(), kTransferRead);
    state_->pass.add(target.core(), kTransferWrite);
    state_->enter_pass("copy", recording_);
    const VkBufferCopy region{source_offset, target_offset, bytes};
    vkCmdCopyBuffer(state_->commands, source.handle(), target.handle(), 1, &region);
}

void Recorder::copy(const Image& source, const Buffer& target, VkDeviceSize target_offset) {
    require_recording();
    const VkBufferImageCopy region = whole_image_copy(source, target, target_offset);
    state_->pass.add(source.core(), in_layout(kTransferRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL));
    state_->pass.add(target.core(), kTransferWrite);
    state_->enter_pass("copy image to buffer", recording_);
    vkCmdCopyImageToBuffer(state_->commands, source.handle(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, target.handle(), 1,
                           &region);
}

void Recorder::copy(const Buffer& source, const Image& target, VkDeviceSize source_offset) {
    require_recording();
    const VkBufferImageCopy region = whole_image_copy(target, source, source_offset);
    state_->pass.add(source.core(), kTransferRead);
    state_->pass.add(target.core(), in_layout(kTransferWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL));
    state_->enter_pass("copy buffer to image", recording_);
    vkCmdCopyBufferToImage(state_->commands, source.handle(), target.handle(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1,
                           &region);
}

void Recorder::copy(const Image& source, const Image& target) {
    require_recording();
    const VkExtent2D extent = source.extent();
    const bool alike = extent.width == target.extent().width && extent.height == target.extent().height &&
                       texel_bytes(source.format()) == texel_bytes(target.format());
    if (!alike) {
        throw std::logic_error(
            fmt::format("images '{}' and '{}' are not of one size and texel", source.name(), target.name()));
    }
    copy(source, target, {0, 0});
}

void Recorder::copy(const Image& source, const Image& target, VkOffset2D place) {
    require_recording();
    const auto fits = [](std::int32_t offset, std::uint32_t size, std::uint32_t most) {
        return offset >= 0 && static_cast<std::uint64_t>(offset) + size <= most;
    };
    const bool inside = fits(place.x, source.extent().width, target.extent().width) &&
                        fits(place.y, source.extent().height, target.extent().height);
    if (!inside || texel_bytes(source.format()) != texel_bytes(target.format())) {
        throw std::logic_error(
            fmt::format("image '{}' cannot be copied into '{}' there", source.name(), target.name()));
    }
    state_->pass.add(source.core(), in_layout(kTransferRead, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL));
    state_->pass.add(target.core(), in_layout(kTransferWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL));
    state_->enter_pass("copy image", recording_);
    const VkImageCopy region{kWholeImage, {0, 0, 0}, kWholeImage, {place.x, place.y, 0}, whole_extent(source)};
    vkCmdCopyImage(state_->commands, source.handle(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, target.handle(),
                   VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
}

void Recorder::clear(const Image& image, std::array<float, 4> colour) {
    require_recording();
    state_->pass.add(image.core(), in_layout(kTransferWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL));
    state_->enter_pass("clear", recording_);
    VkClearColorValue value{};
    for (std::size_t i = 0; i < 4; ++i) value.float32[i] = colour[i];
    const VkImageSubresourceRange range{VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    vkCmdClearColorImage(state_->commands, image.handle(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, &value, 1, &range);
}

void Recorder::draw(const GraphicsPipeline& pipeline, const Image& target, std::span<const Binding> bindings,
                    std::span<const std::byte> push, std::uint32_t vertices, std::uint32_t instances) {
    require_recording();
    state_->declare(*pipeline.core(), bindings, push);
    state_->pass.add(target.core(), kAttachment);
    state_->enter_pass(pipeline.name(), recording_);
    state_->keep(pipeline.core(), recording_);
    begin_rendering(state_->commands, target);
    state_->bind(*pipeline.core(), VK_PIPELINE_BIND_POINT_GRAPHICS, bindings, push);
    vkCmdDraw(state_->commands, vertices, instances, 0, 0);
    vkCmdEndRendering(state_->commands);
}

void Recorder::external(std::string_view name, std::span<const ExternalUse> uses,
                        const std::function<void(VkCommandBuffer)>& record) {
    require_recording();
    for (const ExternalUse& use : uses) {
        if (use.buffer != nullptr) {
            state_->pass.add(use.buffer->core(), use.use);
        } else {
            state_->pass.add(use.image->core(), use.use);
        }
    }
    state_->enter_pass(name, recording_);
    record(state_->commands);
    state_->bound = VK_NULL_HANDLE;
}

void Recorder::prepare_present(const Image& image) {
    require_recording();
    state_->pass.add(image.core(), {VK_PIPELINE_STAGE_2_NONE, VK_ACCESS_2_NONE, VK_IMAGE_LAYOUT_PRESENT_SRC_KHR});
    state_->enter_barriers("present", recording_);
}

}  // namespace scorefield::gpu
