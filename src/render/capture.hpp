#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "gpu/device.hpp"
#include "gpu/image.hpp"
#include "gpu/readback.hpp"
#include "gpu/recorder.hpp"
#include "render/picture.hpp"

namespace scorefield::render {

/// Brings pictures from the GPU to the host some frames later, so that neither waits for the other:
///
///     if (capture.full()) use(capture.take());
///     recorder.begin(); … capture.record(recorder, renderer.scene());
///     capture.submitted(device.submit(recorder));
class Capture {
  public:
    /// Up to `slots` pictures under way; buffers are made when first needed or when the image's size changed.
    explicit Capture(gpu::Device& device, std::size_t slots = 3);

    /// Copies an R8G8B8A8 or B8G8R8A8 image as it is at this place of the recording. std::logic_error when full.
    void record(gpu::Recorder& recorder, const gpu::Image& image);
    /// The submission that carries what was recorded since the last call.
    void submitted(gpu::Submission submission);
    /// The oldest picture, red first whatever the image's format; waits for its submission. std::logic_error when none
    /// is under way.
    Picture take();

    bool full() const { return pending_.size() == slots_.size(); }
    bool empty() const { return pending_.empty(); }

  private:
    struct Pending {
        std::size_t slot = 0;
        VkExtent2D extent{};
        bool blue_first = false;
    };

    gpu::Device& device_;
    std::vector<gpu::Readback<std::uint8_t>> slots_;
    std::deque<Pending> pending_;
    std::size_t next_ = 0;
};

}  // namespace scorefield::render
