#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include "app/frame_log.hpp"
#include "app/scene.hpp"
#include "app/viewer/interface.hpp"
#include "app/viewer/panel.hpp"
#include "app/viewer/window.hpp"
#include "gpu/swapchain.hpp"
#include "render/capture.hpp"

namespace scorefield::app {

/// The window's life: panel and picture, frame after frame, two of them in flight. The picture stands beside the panel
/// and is the one that `render` writes for the same settings.
class Viewer {
  public:
    /// Opens window, device and model. Throws base::Error.
    explicit Viewer(const Settings& settings);
    ~Viewer();

    /// Until the window is closed.
    void run();
    const gpu::Device& device() const { return device_; }

  private:
    using Clock = std::chrono::steady_clock;

    struct Slot {
        gpu::Recorder recorder;
        std::optional<FrameRecord> record;  ///< of the frame under way
        int steps = 0;                      ///< that it computed
    };

    /// Where panel and picture are, in pixels.
    struct Layout {
        std::uint32_t panel = 0;  ///< width; 0: hidden
        VkExtent2D picture{};
    };

    Layout layout(VkExtent2D window) const;
    void finish(Slot& slot);
    void frame(Slot& slot, const gpu::Swapchain::Frame& target);
    Requests declare_interface(const Layout& now, VkExtent2D window);
    void serve(const Requests& requests);
    void apply_run();
    void change_model(const std::filesystem::path& path);
    void move_camera(const Layout& now);
    void advance();
    void show_picture(gpu::Recorder& recorder, const gpu::Swapchain::Frame& target, std::uint32_t left);
    void save_screenshot();

    Settings settings_;
    bool panel_open_ = true;
    bool help_open_ = false;
    Window window_;
    gpu::Device device_;
    std::unique_ptr<Scene> scene_;
    gpu::Swapchain swapchain_;
    Interface interface_;
    Panel panel_;
    FrameGraph graph_;
    FrameLog log_;
    render::Capture capture_;
    std::array<Slot, 2> slots_;
    std::uint64_t frames_ = 0;
    Clock::time_point last_frame_ = Clock::now();
    double frame_seconds_ = 0;
    bool camera_moved_ = false;
    bool screenshot_wanted_ = false;
    std::uint64_t screenshot_frame_ = 0;  ///< whose picture is on its way
};

}  // namespace scorefield::app
