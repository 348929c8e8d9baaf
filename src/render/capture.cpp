#include "render/capture.hpp"

#include <algorithm>
#include <stdexcept>

namespace scorefield::render {

Capture::Capture(gpu::Device& device, std::size_t slots) : device_(device), slots_(slots) {
    if (slots == 0) throw std::logic_error("a capture needs at least one slot");
}

void Capture::record(gpu::Recorder& recorder, const gpu::Image& image) {
    if (full()) throw std::logic_error("every slot of the capture is under way: take a picture first");
    const VkExtent2D extent = image.extent();
    const VkDeviceSize bytes = VkDeviceSize{4} * extent.width * extent.height;
    gpu::Buffer& slot = slots_[next_];
    if (!slot || slot.bytes() != bytes) slot = gpu::Buffer(device_, "capture", bytes, gpu::MemoryUse::readback);
    recorder.copy(image, slot);
    pending_.push_back({next_, extent, std::nullopt});
    next_ = (next_ + 1) % slots_.size();
}

void Capture::submitted(gpu::Submission submission) {
    for (Pending& pending : pending_) {
        if (!pending.submission) pending.submission = submission;
    }
}

Picture Capture::take() {
    if (pending_.empty()) throw std::logic_error("no picture is under way");
    const Pending pending = pending_.front();
    if (!pending.submission) throw std::logic_error("the picture was recorded but not submitted");
    device_.wait(*pending.submission);
    const auto bytes = slots_[pending.slot].mapped<const std::uint8_t>();
    pending_.pop_front();
    return {pending.extent.width, pending.extent.height, {bytes.begin(), bytes.end()}};
}

}  // namespace scorefield::render
