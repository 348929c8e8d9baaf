#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gpu/device.hpp"
#include "render/scalar_field.hpp"
#include "session/frame_log.hpp"
#include "session/scene.hpp"
#include "settings/settings.hpp"
#include "viewer/drawing_board.hpp"
#include "viewer/layout.hpp"
#include "viewer/messages.hpp"
#include "viewer/requests.hpp"
#include "viewer/training.hpp"
#include "viewer/unsaved.hpp"
#include "viewer/window.hpp"

namespace scorefield::viewer {

/// A change of what is shown that is being made ready.
struct ChangeProgress {
    std::string name;
    std::uint64_t steps = 0;
    double seconds = 0;
};

/// The state that the parts of the window share.
struct Context {
    gpu::Device& device;
    settings::Settings settings;            ///< what the controls say
    std::unique_ptr<session::Scene> scene;  ///< what is shown
    std::vector<std::string> notes;         ///< on its data and its run
    Training training;
    DrawingBoard board = {};
    Messages messages = {};
    Requests requests = {};
    std::optional<UnsavedQuestion> question = {};
    PanelChoice panel = {};
    std::string next_tab = {};  ///< the title of the tab that the panel turns to; empty: it stays

    // What is known of the frame under way.
    Layout layout = {};
    double seconds = 0;                                 ///< since the frame before, without long pauses
    std::vector<KeyPress> keys = {};                    ///< that were pressed
    std::optional<session::FrameRecord> finished = {};  ///< the frame that was finished last, for one frame
    std::optional<ChangeProgress> change = {};
    std::optional<render::ScalarField> field = {};  ///< to be shown under the particles
    std::string field_summary = {};

    bool shows_training() const { return scene->model().in_training; }
};

}  // namespace scorefield::viewer
