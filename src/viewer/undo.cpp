#include "viewer/undo.hpp"

#include <fmt/format.h>
#include <imgui.h>

#include <optional>

#include "viewer/set_setting.hpp"

namespace scorefield::viewer {

void serve_undo(Context& context) {
    const bool undo = context.requests.undo;
    if (!undo && !context.requests.redo) return;
    if (!context.history.begun()) return;
    const ControlValues before = {context.settings, context.training.plan};
    context.history.note(before.shown, before.plan);
    const std::optional<ControlValues> after = undo ? context.history.undo() : context.history.redo();
    if (!after) {
        context.messages.add({MessageKind::info, undo ? "No change of a setting to undo" : "Nothing to redo"}, "undo");
        return;
    }
    context.settings = after->shown;
    context.training.plan = after->plan;
    context.requests.keeps_title = true;
    request_restart(before.shown, context);
    context.messages.add(
        {MessageKind::info, fmt::format("{}: {}", undo ? "Undone" : "Redone", differences_text(before, *after))},
        "undo");
}

void note_settings(Context& context) {
    // The camera of three dimensions is a setting, and is dragged on the picture, where no item is active.
    const bool is_held = ImGui::IsAnyItemActive() || ImGui::IsAnyMouseDown();
    if (context.scene) context.history.note(context.settings, context.training.plan, is_held);
}

}  // namespace scorefield::viewer
