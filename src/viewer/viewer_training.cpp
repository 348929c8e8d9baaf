#include <fmt/format.h>

#include <algorithm>

#include "viewer/viewer.hpp"

// The viewer's part in training.

namespace scorefield::viewer {
namespace {

constexpr int kStepsOfFinished = 20;

}  // namespace

void Viewer::serve_board(const Requests& requests) {
    if (requests.toggle_board) {
        board_.open = !board_.open;
        panel_.show_training = board_.open;
    }
    if (requests.undo) board_.undo();
    if (requests.redo) board_.redo();
    if (requests.save_painting) save_painting();
}

void Viewer::serve_training(const Requests& requests) {
    const bool painted = board_.open && !board_.painting().empty() && (requests.train || requests.retrain);
    const bool under_way = training_.live.state() == session::LiveTraining::State::running ||
                           training_.live.state() == session::LiveTraining::State::paused;
    if (requests.retrain || painted || requests.train_file || (requests.train && !under_way)) {
        std::string data = painted ? session::kPainted : training_.plan.data;
        if (requests.train_file) data = requests.train_file->string();
        unless_unsaved(false, [this, data = std::move(data)] {
            training_.plan.data = data;
            train();
        });
    } else if (requests.train && training_.live.state() == session::LiveTraining::State::running) {
        training_.live.pause();
    } else if (requests.train) {
        training_.live.resume();
    }
    if (requests.show_class) training_.live.show_class(requests.show_class->label);
    if (requests.save_model) training_.save(*requests.save_model, messages_);
}

/// Begins a new training by what the panel says.
void Viewer::train() {
    panel_.show_training = true;
    messages_.resolve("training");
    board_.open = false;
    settings::Settings shown = settings_;
    shown.program.clear();
    // Finished samples should come often.
    if (shown.live_samples == "restart") shown.steps = std::min(shown.steps, kStepsOfFinished);
    const session::LiveTraining& live = training_.live;
    if (live.exists() && live.classes() > 0) {
        shown.label.reset();
        if (live.shown_class()) shown.label = static_cast<int>(*live.shown_class());
    }
    training_.start(board_.painting().cells(), shown, scene_->extent());
    if (training_.waiting()) {
        messages_.add(
            {MessageKind::info,
             fmt::format("Training on {} is queued: an earlier request is still being cancelled", training_.plan.data)},
            "training");
    }
}

/// Shows what a training that has become ready has learned.
void Viewer::follow_training() {
    std::optional<RunChange> ready = training_.poll(messages_);
    if (!ready) return;
    cancel_change();
    settings::copy_run(ready->settings, settings_);
    applied_ = settings_;
    show(std::move(ready->scene));
    messages_.resolve("training");
    for (const std::string& text : ready->notes) messages_.add({MessageKind::info, text}, text);
    messages_.add({MessageKind::warning, ready->adjustment}, "training");
    settings_.title.clear();
    settings_.about.clear();
}

}  // namespace scorefield::viewer
