#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/error.hpp"
#include "viewer/free_path.hpp"
#include "viewer/viewer.hpp"

// What the viewer does before something that is not saved is lost.

namespace scorefield::viewer {
namespace {

std::filesystem::path painting_to_save() {
    return free_path("painting", ".png");
}

}  // namespace

/// Whether the window is to close now.
bool Viewer::leaves() {
    if (!window_.closed() || leaving_) return leaving_;
    cancel_change();
    unless_unsaved(true, [this] { leaving_ = true; });
    if (!leaving_) window_.keep_open();
    return leaving_;
}

/// Goes on at once, or after the user was asked. `closing`: the painting would be lost too. Of two questions the later
/// one stands.
void Viewer::unless_unsaved(bool closing, std::function<void()> go_on) {
    const bool training = training_.live.unsaved();
    const bool painting = closing && board_.unsaved();
    if (!training && !painting) {
        go_on();
        return;
    }
    closing_ = closing;
    go_on_ = std::move(go_on);
    const std::string network = training ? fmt::format("The network in training ({} steps on {})",
                                                       training_.live.steps(), training_.live.data()->name())
                                         : "";
    const std::string what = !painting ? network : training ? network + " and the painting" : "The painting";
    std::string files = training ? model_to_save().string() : "";
    if (painting) files += (files.empty() ? "" : ", ") + painting_to_save().string();
    dialog_.ask(fmt::format("{} {} not saved and would be lost.", what, training && painting ? "are" : "is"), files);
}

void Viewer::act_on(UnsavedDialog::Answer answer) {
    switch (answer) {
        case UnsavedDialog::Answer::save:
            save_and_go_on();
            return;
        case UnsavedDialog::Answer::discard:
            std::exchange(go_on_, nullptr)();
            return;
        case UnsavedDialog::Answer::cancel:
            go_on_ = nullptr;
            return;
    }
}

/// What cannot be written is said, and everything stays.
void Viewer::save_and_go_on() {
    if (closing_ && board_.unsaved() && !save_painting()) {
        go_on_ = nullptr;
    } else if (training_.live.unsaved()) {
        saving_ = Saving::wanted;
    } else {
        std::exchange(go_on_, nullptr)();
    }
}

/// The name in the panel, or a new one where there is such a file.
std::filesystem::path Viewer::model_to_save() const {
    std::filesystem::path path = training_panel_.save_path();
    std::error_code unknown;
    if (!path.empty() && !std::filesystem::exists(path, unknown)) return path;
    return free_path("trained", ".safetensors");
}

bool Viewer::save_painting() {
    try {
        const std::filesystem::path path = painting_to_save();
        board_.save(path);
        messages_.add({MessageKind::info, fmt::format("saved {}", path.string())}, "painting");
        return true;
    } catch (const base::Error& error) {
        messages_.add({MessageKind::error, error.what()}, "painting");
        return false;
    }
}

/// Goes on once the model is on the disk.
void Viewer::follow_save() {
    if (saving_ == Saving::none || training_.live.saving()) return;
    if (saving_ == Saving::wanted && training_.live.save(model_to_save())) {
        saving_ = Saving::written;
        return;
    }
    // Where there was nothing to write, nothing is lost either.
    const bool lost = saving_ == Saving::written && !training_.live.save_succeeded();
    saving_ = Saving::none;
    const std::function<void()> next = std::exchange(go_on_, nullptr);
    if (!lost && next) next();
}

}  // namespace scorefield::viewer
