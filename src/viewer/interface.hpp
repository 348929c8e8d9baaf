#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <vector>

#include "gpu/device.hpp"
#include "gpu/recorder.hpp"
#include "gpu/swapchain.hpp"
#include "viewer/damage.hpp"
#include "viewer/number_field.hpp"
#include "viewer/window.hpp"
#include "viewer/window_look.hpp"

namespace scorefield::viewer {

/// What stands under the user interface.
struct Backdrop {
    const gpu::Image* picture = nullptr;  ///< null: none yet
    VkRect2D part{};                      ///< of the window: the picture's place, scaled where their sizes differ
    bool changed = true;                  ///< since the last frame
    std::array<float, 3> colour{};        ///< in place of a picture
};

/// The window: Dear ImGui (context, look, font, and the render pass that its Vulkan backend needs) over the picture. An
/// image holds what the window shows, in which a frame draws only what it changes. The GPU must be idle when it is
/// destroyed.
class Interface {
  public:
    Interface(const Window& window, gpu::Device& device, const gpu::Swapchain& swapchain, const WindowLook& look);
    ~Interface();
    Interface(const Interface&) = delete;
    Interface& operator=(const Interface&) = delete;

    /// Colours and text of the next frames. Call it between frames.
    void set_look(const WindowLook& look);
    /// Between the two, widgets may be declared.
    void begin_frame() const;
    void end_frame() const;
    /// What the window shows, the last frame; null before there is one of the present size.
    const gpu::Image* image() const {
        return generation_ == swapchain_.generation() && window_image_ ? &window_image_ : nullptr;
    }
    /// Draws what was declared over the backdrop, onto the frame's image.
    void record(gpu::Recorder& recorder, const gpu::Swapchain::Frame& frame, const Backdrop& backdrop);

  private:
    void close();
    void make_render_pass();
    void make_window_image();
    void drop_framebuffer();
    void record_interface(gpu::Recorder& recorder, const Backdrop& backdrop, const std::vector<PixelRect>& parts);
    void start_backend(const Window& window);
    void upload_font();

    gpu::Device& device_;
    const gpu::Swapchain& swapchain_;
    bool window_backend_ = false;
    bool vulkan_backend_ = false;
    TypedNumber typed_;
    float unit_ = 1;  ///< screen units of a unit of the style at the usual text size
    WindowLook look_ = {.theme = nullptr};
    VkDescriptorPool descriptors_ = VK_NULL_HANDLE;
    VkRenderPass render_pass_ = VK_NULL_HANDLE;
    Damage damage_;
    PixelRect last_place_;  ///< of the picture, in the last frame
    bool was_scaled_ = false;
    gpu::Image window_image_;
    VkFramebuffer framebuffer_ = VK_NULL_HANDLE;
    std::uint64_t generation_ = 0;  ///< of the swapchain's images that the window's image is of
};

}  // namespace scorefield::viewer
