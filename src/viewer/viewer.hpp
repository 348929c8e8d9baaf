#pragma once

#include <array>
#include <chrono>
#include <functional>

#include "base/background_job.hpp"
#include "base/trace.hpp"
#include "gpu/swapchain.hpp"
#include "render/renderer.hpp"
#include "session/frame_slot.hpp"
#include "session/pace.hpp"
#include "viewer/context.hpp"
#include "viewer/element.hpp"
#include "viewer/interface.hpp"
#include "viewer/remembered.hpp"
#include "viewer/scene_changes.hpp"
#include "viewer/window.hpp"

namespace scorefield::viewer {

/// The window's life: panel and picture, frame after frame, two of them in flight. The picture stands beside the panel
/// and is the one that `render` writes for the same settings. A step of many particles is spread over as many frames as
/// keep them coming. Frames come when something changes, and at least 60 a second; each draws what has changed. What
/// the user asks for in one frame, by the picture that it shows, is served at the beginning of the next.
class Viewer {
  public:
    /// Opens window and device, and starts to open the scene of the settings. `trace`: shows all frames, and outlives
    /// the viewer; null: nothing does. `remembered`: place and panel of the window; what else it remembers is in the
    /// settings. Throws base::Error.
    explicit Viewer(const settings::Settings& settings, base::Trace* trace = nullptr,
                    const RememberedWindow& remembered = {});
    ~Viewer();

    /// Until the window is closed, which asks for what is not saved, or the process is told to end. Throws the error of
    /// a first scene that cannot be opened.
    void run();
    /// The window as it is, to be remembered.
    RememberedWindow remembered() const;
    /// The values of the controls.
    const settings::Settings& settings() const { return context_.settings; }
    const gpu::Device& device() const { return device_; }

  private:
    using Clock = std::chrono::steady_clock;

    /// The size of a picture and the number of its panes.
    struct PictureSize {
        std::uint32_t width = 0;
        std::uint32_t height = 0;
        std::size_t panes = 0;

        bool operator==(const PictureSize&) const = default;
    };

    Layout layout(VkExtent2D window) const {
        return layout_of(window, window_.scale() * context_.look().text_scale(), context_.panel);
    }
    bool leaves();
    void finish(session::FrameSlot& slot);
    void frame(session::FrameSlot& slot, const gpu::Swapchain::Frame& target);
    void serve();
    void follow_changes();
    void attach();
    void for_active(const std::function<void(Element&)>& call);
    void declare_interface();
    double allowance() const;
    void forget_pace();
    void fit_picture();
    void rest();
    double seconds_to_next(const session::Player& player) const;
    void note_length(double seconds);
    std::size_t panes_at_a_time() const;
    void advance();
    void record_scene(session::FrameSlot& slot);
    Backdrop backdrop(VkExtent2D window) const;

    Window window_;
    gpu::Device device_;
    Context context_;
    gpu::Swapchain swapchain_;
    Interface interface_;
    SceneChanges changes_;
    Elements elements_;
    session::FrameLog log_;
    base::TraceFrames trace_;
    std::array<session::FrameSlot, 2> slots_;
    base::BackgroundJob<session::PaneTargets> targets_;
    PictureSize asked_{};    ///< of the targets that were requested last
    PictureSize refused_{};  ///< of targets that could not be made
    session::Pace pace_;
    std::uint64_t frames_ = 0;
    Clock::time_point last_frame_ = Clock::now();
    double usual_frame_ = 0;  ///< seconds of the last frames
    Clock::time_point last_input_ = Clock::now();
    double rested_ = 0;             ///< seconds of waiting before this frame
    bool picture_changed_ = false;  ///< in this frame
    bool leaving_ = false;
};

}  // namespace scorefield::viewer
