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
    const bool under_way =
        training_.state() == LiveTraining::State::running || training_.state() == LiveTraining::State::paused;
    if (requests.retrain || painted || requests.train_file || (requests.train && !under_way)) {
        std::string data = painted ? kPainted : plan_.data;
        if (requests.train_file) data = requests.train_file->string();
        unless_unsaved(false, [this, data = std::move(data)] {
            plan_.data = data;
            train();
        });
    } else if (requests.train && training_.state() == LiveTraining::State::running) {
        training_.pause();
    } else if (requests.train) {
        training_.resume();
    }
    if (requests.show_class) training_.show_class(requests.show_class->label);
    if (requests.save_model) save(*requests.save_model);
}

void Viewer::save(const std::filesystem::path& path) {
    std::string refusal;
    if (!save_guard_.allows(path, refusal)) {
        messages_.add({MessageKind::warning, std::move(refusal)}, "save");
    } else if (!training_.save(path)) {
        messages_.add({MessageKind::warning, "An earlier model is still being written: press Save again later"},
                      "save");
    }
}

/// Begins a new training by what the panel says.
void Viewer::train() {
    panel_.show_training = true;
    messages_.resolve("training");
    board_.open = false;
    TrainingPlan plan = {plan_, {}};
    if (plan_.data == kPainted) plan.painting = board_.painting().cells();
    settings::Settings shown = settings_;
    shown.program.clear();
    // Finished samples should come often.
    if (shown.live_samples == "restart") shown.steps = std::min(shown.steps, kStepsOfFinished);
    if (training_.exists() && training_.classes() > 0) {
        shown.label.reset();
        if (training_.shown_class()) shown.label = static_cast<int>(*training_.shown_class());
    }
    training_.start(std::move(plan), shown, scene_->extent());
    if (training_.waiting()) {
        messages_.add(
            {MessageKind::info,
             fmt::format("Training on {} is queued: an earlier request is still being cancelled", plan_.data)},
            "training");
    }
}

/// Takes over what a training has made ready, and shows what it has learned.
void Viewer::follow_training() {
    std::optional<LiveTraining::Ready> ready = training_.poll(messages_);
    if (!ready) return;
    cancel_change();
    settings::copy_run(ready->shown, settings_);
    applied_ = settings_;
    show(std::move(ready->scene));
    messages_.resolve("training");
    for (const std::string& text : ready->notes) messages_.add({MessageKind::info, text}, text);
    if (!ready->note.empty()) messages_.add({MessageKind::warning, ready->note}, "training");
    settings_.title.clear();
    settings_.about.clear();
}

/// What tries the network in training before it runs tries the one of now.
void Viewer::take_newest_weights() {
    if (!shows_training() || !training_.recent_weights()) return;
    scene_->model().checkpoint->tensors =
        nn::weights_of_class(*training_.recent_weights(), training_.network(), training_.shown_class());
}

}  // namespace scorefield::viewer
