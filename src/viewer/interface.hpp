#pragma once

#include <vulkan/vulkan.h>

#include <vector>

#include "gpu/device.hpp"
#include "gpu/recorder.hpp"
#include "gpu/swapchain.hpp"
#include "viewer/number_field.hpp"
#include "viewer/window.hpp"

namespace scorefield::viewer {

/// Dear ImGui on our window: context, look, font, and the render pass that its Vulkan backend needs. The GPU must be
/// idle when it is destroyed.
class Interface {
  public:
    Interface(const Window& window, gpu::Device& device, const gpu::Swapchain& swapchain);
    ~Interface();
    Interface(const Interface&) = delete;
    Interface& operator=(const Interface&) = delete;

    /// Between the two, widgets may be declared.
    void begin_frame() const;
    void end_frame() const;
    /// Draws what was declared over the frame's image.
    void record(gpu::Recorder& recorder, const gpu::Swapchain::Frame& frame);

  private:
    void close();
    void make_render_pass();
    void make_framebuffers();
    void drop_framebuffers();
    void start_backend(const Window& window);
    void upload_font();

    gpu::Device& device_;
    const gpu::Swapchain& swapchain_;
    bool window_backend_ = false;
    bool vulkan_backend_ = false;
    TypedNumber typed_;
    VkDescriptorPool descriptors_ = VK_NULL_HANDLE;
    VkRenderPass render_pass_ = VK_NULL_HANDLE;
    std::vector<VkFramebuffer> framebuffers_;
    std::uint64_t generation_ = 0;  ///< of the swapchain's images that the framebuffers are of
};

}  // namespace scorefield::viewer
