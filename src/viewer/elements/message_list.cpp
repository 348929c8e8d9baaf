// Messages at the bottom of the window, in front of status bar and picture. They do not change the layout.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>

#include "viewer/controls.hpp"
#include "viewer/element.hpp"
#include "viewer/number_field.hpp"
#include "viewer/screen_colour.hpp"

namespace scorefield::viewer {
namespace {

/// Each message also has a word for its kind.
ImU32 colour_of(MessageKind kind, const Theme& theme) {
    switch (kind) {
        case MessageKind::error:
            return screen_colour(theme.error);
        case MessageKind::warning:
            return screen_colour(theme.warning);
        default:
            return screen_colour(theme.accent);
    }
}

/// Horizontal layout of a message.
struct Columns {
    float tag = 0;    ///< width of the coloured word
    float text = 0;   ///< left edge
    float wrap = 0;   ///< right edge of the text
    float least = 0;  ///< minimum height of a row

    Columns(float width, float least_height) : least(least_height) {
        const ImGuiStyle& style = ImGui::GetStyle();
        tag = ImGui::CalcTextSize("warning").x + 2 * style.FramePadding.x;
        text = style.WindowPadding.x + tag + style.ItemSpacing.x;
        wrap = std::max(text + ImGui::GetFontSize(), width - style.WindowPadding.x - 2 * ImGui::GetFontSize());
    }
    float row_height(const Message& message) const {
        const ImVec2 size = ImGui::CalcTextSize(message.text.c_str(), nullptr, false, wrap - text);
        return std::max(least, size.y + ImGui::GetStyle().FramePadding.y * 3);
    }
};

/// Draws one message. True if the user dismisses it.
bool draw_message(const Message& message, std::size_t index, float top, const Columns& columns, const Theme& theme) {
    const ImGuiStyle& style = ImGui::GetStyle();
    const float line = ImGui::GetTextLineHeight();
    const float inset = (columns.least - line) / 2;
    const ImVec2 corner = {ImGui::GetWindowPos().x + style.WindowPadding.x, ImGui::GetWindowPos().y + top + inset};
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const std::string word(message_kind_name(message.kind));
    list->AddRectFilled({corner.x, corner.y - 1}, {corner.x + columns.tag, corner.y + line + 1},
                        colour_of(message.kind, theme), 3);
    const float centred = (columns.tag - ImGui::CalcTextSize(word.c_str()).x) / 2;
    list->AddText({corner.x + centred, corner.y}, screen_colour(theme.on_colour), word.c_str());
    ImGui::SetCursorPos({columns.text, top + inset});
    ImGui::PushTextWrapPos(columns.wrap);
    ImGui::TextUnformatted(message.text.c_str());
    ImGui::PopTextWrapPos();
    ImGui::SetCursorPos({columns.wrap + style.ItemSpacing.x, top + inset - style.FramePadding.y});
    const bool dismissed = ImGui::Button(fmt::format("×##{}", index).c_str());
    tooltip("Dismiss  (Esc)");
    return dismissed;
}

class MessageList : public Element {
  public:
    MessageList() : Element(Place::window, "", Needs::nothing) {}

    /// A message stays while the mouse is on it.
    void update(Context& context) override {
        if (context.requests.escape) context.messages.dismiss_all();
        if (!is_read_) context.messages.advance(context.seconds);
    }

    void draw(Context& context) override {
        Messages& messages = context.messages;
        if (std::optional<std::string> refusal = TypedNumber::current().take_refusal()) {
            messages.add({MessageKind::error, std::move(*refusal)}, "field");
        }
        is_read_ = false;
        if (messages.empty()) return;
        const ImVec2 window = ImGui::GetIO().DisplaySize;
        const Columns columns(window.x,
                              static_cast<float>(context.layout.row) / ImGui::GetIO().DisplayFramebufferScale.y);
        float total = 0;
        for (std::size_t i = 0; i < messages.count(); ++i) total += columns.row_height(messages.at(i));
        // Over the status bar; where there is none, not over what stands there.
        const std::uint32_t below = context.layout.strip == 0 ? context.layout.timeline + context.layout.about : 0;
        const float bottom = window.y - static_cast<float>(below) / ImGui::GetIO().DisplayFramebufferScale.y;
        ImGui::SetNextWindowPos({0, bottom - total});
        ImGui::SetNextWindowSize({window.x, total});
        ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
        ImGui::PushStyleColor(ImGuiCol_WindowBg, ImGui::GetStyleColorVec4(ImGuiCol_FrameBg));
        ImGui::Begin("messages", nullptr, kFixedWindow);
        is_read_ = ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
        float top = 0;
        std::size_t dismissed = messages.count();
        for (std::size_t i = 0; i < messages.count(); ++i) {
            if (draw_message(messages.at(i), i, top, columns, *context.look().theme)) dismissed = i;
            top += columns.row_height(messages.at(i));
        }
        ImGui::End();
        ImGui::PopStyleColor();
        ImGui::PopStyleVar();
        messages.dismiss(dismissed);
    }

  private:
    bool is_read_ = false;
};

}  // namespace

std::unique_ptr<Element> make_message_list(Context& /*context*/) {
    return std::make_unique<MessageList>();
}

}  // namespace scorefield::viewer
