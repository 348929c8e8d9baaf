#include "render/capture.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>

namespace scorefield::render {

Capture::Capture(gpu::Device& device, std::size_t slots) : device_(device), slots_(slots) {
    if (slots == 0) throw std::logic_error("a capture needs at least one slot");
}

void Capture::record(gpu::Recorder& recorder, const gpu::Image& image) {
    if (full()) throw std::logic_error("every slot of the capture is under way: take a picture first");
    const VkExtent2D extent = image.extent();
    const std::size_t bytes = std::size_t{4} * extent.width * extent.height;
    gpu::Readback<std::uint8_t>& slot = slots_[next_];
    if (slot.size() != bytes) slot = gpu::Readback<std::uint8_t>(device_, "capture", bytes);
    slot.record(recorder, image);
    pending_.push_back({next_, extent, image.format() == VK_FORMAT_B8G8R8A8_UNORM});
    next_ = (next_ + 1) % slots_.size();
}

void Capture::submitted(gpu::Submission submission) {
    for (gpu::Readback<std::uint8_t>& slot : slots_) slot.submitted(submission);
}

Picture Capture::take() {
    if (pending_.empty()) throw std::logic_error("no picture is under way");
    const auto [slot, extent, blue_first] = pending_.front();
    const std::span<const std::uint8_t> bytes = slots_[slot].wait();
    pending_.pop_front();
    Picture picture = {extent.width, extent.height, {bytes.begin(), bytes.end()}};
    for (std::size_t i = 0; blue_first && i < picture.rgba.size(); i += 4) {
        std::swap(picture.rgba[i], picture.rgba[i + 2]);
    }
    return picture;
}

}  // namespace scorefield::render
