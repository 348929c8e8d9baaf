#include "viewer/unsaved.hpp"

#include <fmt/format.h>

#include <utility>

#include "viewer/context.hpp"
#include "viewer/free_path.hpp"

namespace scorefield::viewer {
namespace {

std::filesystem::path painting_to_save() {
    return free_path("painting", ".png");
}

}  // namespace

void unless_unsaved(Context& context, bool closing, std::function<void()> go_on) {
    const session::LiveTraining& live = context.training.live;
    const bool training = live.unsaved();
    const bool painting = closing && context.board.unsaved();
    if (!training && !painting) {
        go_on();
        return;
    }
    const std::string network =
        training ? fmt::format("The network in training ({} steps on {})", live.steps(), live.data()->name()) : "";
    const std::string what = !painting ? network : training ? network + " and the painting" : "The painting";
    std::string files = training ? model_to_save(context).string() : "";
    if (painting) files += (files.empty() ? "" : ", ") + painting_to_save().string();
    context.question = {fmt::format("{} {} not saved and would be lost.", what, training && painting ? "are" : "is"),
                        std::move(files), closing, std::move(go_on)};
}

void save_painting(Context& context) {
    if (context.board.save(painting_to_save())) return;
    context.messages.add({MessageKind::warning, "An earlier painting is still being written: press Save again later"},
                         "painting");
}

void follow_painting(Context& context) {
    const std::optional<DrawingBoard::Saved> saved = context.board.poll();
    if (!saved) return;
    const bool written = saved->error.empty();
    context.messages.add(written ? Message{MessageKind::info, fmt::format("saved {}", saved->path.string())}
                                 : Message{MessageKind::error, saved->error},
                         "painting");
}

std::filesystem::path model_to_save(const Context& context) {
    std::filesystem::path path = context.training.save_path.data();
    std::error_code unknown;
    if (!path.empty() && !std::filesystem::exists(path, unknown)) return path;
    return free_path("trained", ".safetensors");
}

}  // namespace scorefield::viewer
