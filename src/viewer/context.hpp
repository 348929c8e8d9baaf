#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gpu/device.hpp"
#include "render/scalar_field.hpp"
#include "session/frame_log.hpp"
#include "session/panes.hpp"
#include "session/scene.hpp"
#include "settings/settings.hpp"
#include "viewer/drawing_board.hpp"
#include "viewer/job_progress.hpp"
#include "viewer/layout.hpp"
#include "viewer/messages.hpp"
#include "viewer/requests.hpp"
#include "viewer/settings_history.hpp"
#include "viewer/training.hpp"
#include "viewer/unsaved.hpp"
#include "viewer/window.hpp"
#include "viewer/window_look.hpp"

namespace scorefield::viewer {

/// The state that all elements of the window share.
struct Context {
    gpu::Device& device;
    settings::Settings settings;            ///< values of the controls
    std::unique_ptr<session::Scene> scene;  ///< the scene that is shown; null: the first is being opened
    std::vector<std::string> notes;         ///< notes on the scene's data and run
    session::Panes panes = {};              ///< the scenes beside it
    Training training;
    DrawingBoard board = {};
    Messages messages = {};
    SettingsHistory history = {};
    Requests requests = {};
    std::optional<UnsavedQuestion> question = {};
    PanelChoice panel = {};
    bool presents = false;          ///< presenter mode: no panel, large text
    std::string hidden_title = {};  ///< of the scene whose title and description the user has hidden
    bool types_command = false;     ///< the command palette is open and takes all keys
    std::string next_tab = {};      ///< title of the tab to select; empty: no change

    // State of the current frame.
    Layout layout = {};
    const gpu::Image* window_image = nullptr;           ///< what the window shows; null: nothing yet
    double seconds = 0;                                 ///< since the previous frame; long pauses are shortened
    std::vector<KeyPress> keys = {};                    ///< keys pressed since the previous frame
    std::optional<session::FrameRecord> finished = {};  ///< the frame that has just finished, if any
    std::vector<JobProgress> jobs = {};                 ///< the background jobs; `update` of an element adds its own
    std::optional<JobProgress> change = {};             ///< the job that changes what is shown, if any
    std::optional<render::ScalarField> field = {};      ///< drawn under the particles
    std::string field_summary = {};
    /// Lines under the particles, one drawing per pane; null: none.
    std::array<std::shared_ptr<const render::LineDrawing>, settings::kMostPanes> field_lines = {};
    std::string value_at_mouse = {};  ///< of the field; empty: none

    /// Title and description of a scene are to be seen.
    bool shows_about() const { return !settings.title.empty() && settings.title != hidden_title; }
    WindowLook look() const { return window_look(settings, presents); }
    /// The forward process comes before each run.
    bool begins_with_forward_process() const { return settings.forward && scene && scene->has_forward_process(); }
    bool shows_training() const { return scene && scene->model().in_training; }
    /// The scene of a pane, 0 … panes.count() − 1.
    session::Scene& scene_of(std::size_t pane) const { return pane == 0 ? *scene : *panes.others().at(pane - 1); }
};

/// The settings of what is shown, with the options of the next training: for command lines and scene files.
inline settings::Settings settings_to_share(const Context& context) {
    settings::Settings settings = context.settings;
    settings::copy_training_options(context.training.plan, settings);
    return settings;
}

}  // namespace scorefield::viewer
