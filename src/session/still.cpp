#include "session/still.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "render/renderer.hpp"
#include "render/splat_weights.hpp"

namespace scorefield::session {
namespace {

/// Line widths are in pixels.
std::shared_ptr<const render::LineDrawing> widened(const std::shared_ptr<const render::LineDrawing>& drawing,
                                                   std::uint32_t scale) {
    if (!drawing || scale == 1) return drawing;
    auto wide = std::make_shared<render::LineDrawing>(*drawing);
    for (render::WorldLine& line : wide->lines) line.width *= scale;
    return wide;
}

}  // namespace

Still::Still(gpu::Device& device, std::uint32_t count, std::uint32_t dim)
    : device_(&device),
      count_(count),
      dim_(dim),
      values_(device, "still particles", std::size_t{count} * dim),
      origins_(device, "still origins", count) {}

void Still::record(gpu::Recorder& recorder, const render::Particles& particles, const gpu::Buffer& origins,
                   StillContent content) {
    content_ = std::move(content);
    recorded_ = std::min(count_, particles.count);
    for (std::uint32_t e = 0; recorded_ > 0 && e < dim_; ++e) {
        values_.record(recorder, particles.values, particles.first + std::size_t{e} * particles.stride, recorded_,
                       std::size_t{e} * recorded_);
    }
    if (recorded_ > 0) origins_.record(recorder, origins, 0, recorded_);
}

void Still::submitted(gpu::Submission submission) {
    values_.submitted(submission);
    origins_.submitted(submission);
    submission_ = submission;
}

bool Still::arrived() const {
    return submission_ && device_->completed(*submission_);
}

render::Picture Still::draw(std::uint32_t scale) {
    const VkExtent2D extent = {content_.extent.width * scale, content_.extent.height * scale};
    const auto overlay = static_cast<std::uint32_t>(content_.overlay ? content_.overlay->count : 0);
    render::Renderer renderer(*device_, extent, std::max({1U, recorded_, overlay}));
    if (overlay > 0) renderer.set_overlay(content_.overlay->values, content_.overlay->dim);
    const std::vector<float> nowhere(dim_, 0);
    const std::span<const float> values = recorded_ > 0 ? values_.wait() : std::span<const float>(nowhere);
    const gpu::Buffer particles = gpu::make_buffer<float>(*device_, "still particles", values);
    if (recorded_ > 0) {
        std::vector<float> origins(renderer.capacity(), 0.5F);
        std::ranges::copy(origins_.wait().first(recorded_), origins.begin());
        renderer.take_origins(gpu::make_buffer<float>(*device_, "still origins", origins));
    }
    render::Look look = content_.look;
    if (look.dot_radius > 0) {
        look.dot_radius = std::min(look.dot_radius * static_cast<int>(scale), static_cast<int>(render::kMaxDotRadius));
    }
    render::Extras extras = {.field = content_.field ? &*content_.field : nullptr,
                             .below = widened(content_.below, scale),
                             .above = widened(content_.above, scale),
                             .histogram = content_.histogram};
    extras.histogram.top *= scale;
    extras.histogram.bottom *= scale;
    gpu::Recorder recorder(*device_, "still");
    render::Capture capture(*device_, 1);
    recorder.begin();
    renderer.record(recorder, {particles, 0, std::max(1U, recorded_), recorded_, dim_}, content_.camera, look,
                    content_.captions, extras);
    capture.record(recorder, renderer.scene());
    capture.submitted(device_->submit(recorder));
    return capture.take();
}

}  // namespace scorefield::session
