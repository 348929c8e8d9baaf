#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "gpu/swapchain.hpp"
#include "session/frame_slot.hpp"
#include "session/pace.hpp"
#include "session/scene.hpp"
#include "viewer/drawing_board.hpp"
#include "viewer/error_map.hpp"
#include "viewer/interface.hpp"
#include "viewer/messages.hpp"
#include "viewer/moments_readout.hpp"
#include "viewer/panel.hpp"
#include "viewer/run_change.hpp"
#include "viewer/score_choice.hpp"
#include "viewer/screenshots.hpp"
#include "viewer/status_bar.hpp"
#include "viewer/training.hpp"
#include "viewer/training_panel.hpp"
#include "viewer/unsaved_dialog.hpp"
#include "viewer/window.hpp"

namespace scorefield::viewer {

/// The window's life: panel and picture, frame after frame, two of them in flight. The picture stands beside the panel
/// and is the one that `render` writes for the same settings. A step of many particles is spread over as many frames as
/// keep them coming. What the user asks for in one frame, by the picture that it shows, is served at the beginning of
/// the next.
class Viewer {
  public:
    /// Opens window, device and model. Throws base::Error.
    Viewer(const settings::Settings& settings, const settings::GivenNames& given);
    ~Viewer();

    /// Until the window is closed, which asks for what is not saved, or the process is told to end.
    void run();
    const gpu::Device& device() const { return device_; }

  private:
    using Clock = std::chrono::steady_clock;

    /// Where panel, strip and picture are, in pixels.
    struct Layout {
        bool narrow = false;      ///< there is no room for the panel beside the picture
        std::uint32_t panel = 0;  ///< width; 0: not to be seen
        std::uint32_t left = 0;   ///< of the picture: the panel's width where it stands beside it, else 0
        std::uint32_t strip = 0;  ///< height of the status bar; 0: there is none
        VkExtent2D picture{};
    };

    Layout layout(VkExtent2D window) const;
    bool leaves();
    void finish(session::FrameSlot& slot);
    void frame(session::FrameSlot& slot, const gpu::Swapchain::Frame& target);
    void declare_interface(const Layout& now, VkExtent2D window);
    void serve(const Requests& requests);
    void serve_windows(const Requests& requests);
    void serve_score(const Requests& requests);
    void serve_playback(const Requests& requests);
    void serve_training(const Requests& requests);
    void serve_board(const Requests& requests);
    void unless_unsaved(bool closing, std::function<void()> go_on);
    void act_on(UnsavedDialog::Answer answer);
    void save_and_go_on();
    std::filesystem::path model_to_save() const;
    bool save_painting();
    void follow_save();
    void train();
    void follow_training();
    void choose_target(const std::string& target);
    void apply(bool nearest);
    void follow_change();
    void cancel_change();
    void take_back();
    void show(std::unique_ptr<session::Scene> scene);
    void show_notes(std::vector<std::string> notes);
    bool shows_training() const { return scene_->model().in_training; }
    void move_camera(const Layout& now);
    void forget_pace();
    void advance();
    void show_picture(gpu::Recorder& recorder, const gpu::Swapchain::Frame& target, std::uint32_t left);

    settings::Settings settings_;
    settings::Settings applied_;  ///< by which the scene runs
    ScoreChoice opened_;          ///< what the scene shows
    std::string learned_model_;   ///< as in Settings: what a target has taken the place of
    bool panel_open_ = true;      ///< beside the picture
    bool panel_over_ = false;     ///< over the picture, in a narrow window
    bool help_open_ = false;
    bool leaving_ = false;
    Window window_;
    gpu::Device device_;
    RunChange first_;  ///< of the settings that the viewer was opened with, until it is shown
    std::unique_ptr<session::Scene> scene_;
    bool nearest_ = false;                   ///< the change under way may adjust the settings
    base::BackgroundJob<RunChange> change_;  ///< what the controls say, being made ready
    gpu::Swapchain swapchain_;
    Interface interface_;
    Panel panel_;
    TrainingPanel training_panel_;
    DrawingBoard board_;
    MomentsReadout moments_;
    FrameGraph graph_;
    session::FrameLog log_;
    Screenshots screenshots_;
    Training training_;
    Messages messages_;
    std::vector<std::string> notes_;  ///< of the run that is shown
    StatusBar status_bar_;
    UnsavedDialog dialog_;
    bool closing_ = false;         ///< the dialog asks before the window closes
    std::function<void()> go_on_;  ///< once what is not saved is dealt with; empty: nothing waits
    enum class Saving { none, wanted, written } saving_ = Saving::none;  ///< of the model, before going on
    std::optional<UnsavedDialog::Answer> answer_;                        ///< of the last frame
    Requests requests_;                                                  ///< of the last frame
    ErrorMap error_map_;
    std::array<session::FrameSlot, 2> slots_;
    session::Pace pace_;
    std::uint64_t frames_ = 0;
    Clock::time_point last_frame_ = Clock::now();
    double frame_seconds_ = 0;
};

}  // namespace scorefield::viewer
