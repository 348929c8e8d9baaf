#pragma once

#include <array>
#include <chrono>
#include <memory>

#include "app/frame_slot.hpp"
#include "app/pace.hpp"
#include "app/scene.hpp"
#include "app/viewer/drawing_board.hpp"
#include "app/viewer/error_map.hpp"
#include "app/viewer/interface.hpp"
#include "app/viewer/live_training.hpp"
#include "app/viewer/moments_readout.hpp"
#include "app/viewer/panel.hpp"
#include "app/viewer/save_guard.hpp"
#include "app/viewer/score_choice.hpp"
#include "app/viewer/screenshots.hpp"
#include "app/viewer/training_panel.hpp"
#include "app/viewer/window.hpp"
#include "gpu/swapchain.hpp"

namespace scorefield::app {

/// The window's life: panel and picture, frame after frame, two of them in flight. The picture stands beside the panel
/// and is the one that `render` writes for the same settings. A step of many particles is spread over as many frames as
/// keep them coming.
class Viewer {
  public:
    /// Opens window, device and model. Throws base::Error.
    explicit Viewer(const Settings& settings);
    ~Viewer();

    /// Until the window is closed or the process is told to end.
    void run();
    const gpu::Device& device() const { return device_; }

  private:
    using Clock = std::chrono::steady_clock;

    /// Where panel and picture are, in pixels.
    struct Layout {
        std::uint32_t panel = 0;  ///< width; 0: hidden
        VkExtent2D picture{};
    };

    Layout layout(VkExtent2D window) const;
    void finish(FrameSlot& slot);
    void frame(FrameSlot& slot, const gpu::Swapchain::Frame& target);
    Requests declare_interface(const Layout& now, VkExtent2D window);
    void serve(const Requests& requests);
    void serve_training(const Requests& requests);
    void train();
    void follow_training();
    void take_newest_weights();
    void save(const std::filesystem::path& path);
    void draw_over_picture(const Layout& now);
    void choose_target(const std::string& target);
    void apply(bool nearest);
    void reopen(const Settings& settings);
    void show(std::unique_ptr<Scene> scene);
    bool shows_training() const { return scene_->model().in_training; }
    void move_camera(const Layout& now);
    void forget_pace();
    void advance();
    void show_picture(gpu::Recorder& recorder, const gpu::Swapchain::Frame& target, std::uint32_t left);

    Settings settings_;
    ScoreChoice opened_;         ///< what the scene shows
    std::string learned_model_;  ///< as in Settings: what a target has taken the place of
    bool panel_open_ = true;
    bool help_open_ = false;
    Window window_;
    gpu::Device device_;
    std::unique_ptr<Scene> scene_;
    gpu::Swapchain swapchain_;
    Interface interface_;
    Panel panel_;
    TrainingPanel training_panel_;
    Settings plan_;  ///< what is to be trained
    DrawingBoard board_;
    MomentsReadout moments_;
    FrameGraph graph_;
    FrameLog log_;
    Screenshots screenshots_;
    LiveTraining training_;
    SaveGuard save_guard_;
    ErrorMap error_map_;
    std::array<FrameSlot, 2> slots_;
    Pace pace_;
    std::uint64_t frames_ = 0;
    Clock::time_point last_frame_ = Clock::now();
    double frame_seconds_ = 0;
};

}  // namespace scorefield::app
