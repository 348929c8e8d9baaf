#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "gpu/device.hpp"
#include "gpu/image.hpp"

namespace scorefield::gpu {

/// The images of a window, shown at its refresh rate. Takes the surface over and destroys it.
class Swapchain {
  public:
    /// Throws base::Error (running) when the device cannot present to the surface. A width or height of 0 (a minimised
    /// window) is fine: `acquire` then yields nothing.
    Swapchain(Device& device, VkSurfaceKHR surface, std::uint32_t width, std::uint32_t height);
    ~Swapchain();
    Swapchain(const Swapchain&) = delete;
    Swapchain& operator=(const Swapchain&) = delete;

    struct Frame {
        const Image& image;       ///< to draw on or blit to; then Recorder::prepare_present
        std::uint32_t index = 0;  ///< of the image
        SubmitSync sync;          ///< for Device::submit
    };

    /// The next image, made anew first when the window changed; nothing, at once, when there is nothing to draw on
    /// (minimised): wait for the window's events then, and ask again.
    /// Submit with the frame's `sync` and `present` it before acquiring again. Blocks at most as long as the window
    /// system holds all images.
    std::optional<Frame> acquire();
    void present(const Frame& frame);

    /// The framebuffer's new size, in pixels.
    void resize(std::uint32_t width, std::uint32_t height);

    VkFormat format() const;
    VkExtent2D extent() const;
    std::uint32_t image_count() const;
    const Image& image(std::uint32_t index) const;
    /// Rises whenever the images were made anew: time to make framebuffers of them anew.
    std::uint64_t generation() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace scorefield::gpu
