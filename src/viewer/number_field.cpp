#include "viewer/number_field.hpp"

#include <imgui_internal.h>

#include <algorithm>

namespace scorefield::viewer {
namespace {

std::string text_of(ImGuiDataType type, const void* value, const char* format) {
    std::array<char, 64> text{};
    ImGui::DataTypeFormatString(text.data(), static_cast<int>(text.size()), type, value, format);
    return text.data();
}

ImRect next_frame() {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    return {at, {at.x + ImGui::CalcItemWidth(), at.y + ImGui::GetFrameHeight()}};
}

/// A frame that shows the text and is typed into after a click; Dear ImGui's own fields take whole types alone.
void text_frame(const char* label, ImGuiID id, const std::string& shown) {
    const ImRect frame = next_frame();
    ImGui::ItemSize(frame, ImGui::GetStyle().FramePadding.y);
    if (!ImGui::ItemAdd(frame, id, &frame, ImGuiItemFlags_Inputable)) return;
    const bool hovered = ImGui::ItemHoverable(frame, id);
    const bool tabbed = (ImGui::GetItemStatusFlags() & ImGuiItemStatusFlags_FocusedByTabbing) != 0;
    if (tabbed || (hovered && ImGui::GetIO().MouseClicked[0])) {
        std::array<char, 64> text{};
        shown.copy(text.data(), text.size() - 1);
        ImGui::TempInputText(frame, id, label, text.data(), static_cast<int>(text.size()),
                             ImGuiInputTextFlags_AutoSelectAll);
        return;
    }
    ImGui::RenderNavHighlight(frame, id);
    ImGui::RenderFrame(frame.Min, frame.Max, ImGui::GetColorU32(hovered ? ImGuiCol_FrameBgHovered : ImGuiCol_FrameBg),
                       true, ImGui::GetStyle().FrameRounding);
    ImGui::RenderTextClipped(frame.Min, frame.Max, shown.c_str(), nullptr, nullptr, {0.5f, 0.5f});
}

}  // namespace

/// True while the text is being typed.
bool TypedNumber::draw(const char* label, ImGuiID id, const std::string& shown) {
    const bool begins = field_ != id || frame_ != ImGui::GetFrameCount() - 1;
    if (begins) {
        field_ = id;
        before_ = shown;
        text_.fill(0);
        shown.copy(text_.data(), text_.size() - 1);
    }
    frame_ = ImGui::GetFrameCount();
    const ImRect frame = next_frame();
    ImGui::ItemSize(frame, ImGui::GetStyle().FramePadding.y);
    if (!ImGui::ItemAdd(frame, id, &frame, ImGuiItemFlags_Inputable)) return true;
    ImGui::TempInputText(frame, id, label, text_.data(), static_cast<int>(text_.size()),
                         ImGuiInputTextFlags_AutoSelectAll);
    return ImGui::TempInputIsActive(id);
}

/// The text, if one was typed in this field until this or the last frame.
std::optional<std::string> TypedNumber::take_typed(ImGuiID id) {
    if (field_ != id) return std::nullopt;
    field_ = 0;
    const bool just_now = frame_ >= ImGui::GetFrameCount() - 1;
    std::string text = text_.data();
    if (!just_now || text == before_) return std::nullopt;
    return text;
}

NumberEdit number_field(const char* label, ImGuiDataType type, void* value, const char* format,
                        const SliderEnds* ends) {
    NumberEdit edit;
    if (ImGui::GetCurrentWindow()->SkipItems) return edit;
    const ImGuiID id = ImGui::GetID(label);
    TypedNumber& typed = TypedNumber::current();
    const std::string shown = text_of(type, value, format);
    if (ImGui::TempInputIsActive(id)) {
        if (!typed.draw(label, id, shown)) edit.typed = typed.take_typed(id);
        return edit;
    }
    edit.typed = typed.take_typed(id);
    if (ends == nullptr) {
        text_frame(label, id, shown);
        return edit;
    }
    const ImGuiSliderFlags flags = ends->logarithmic ? ImGuiSliderFlags_Logarithmic : ImGuiSliderFlags_None;
    edit.dragged = ImGui::SliderScalar(label, type, value, ends->low, ends->high, format, flags);
    edit.released = ImGui::IsItemDeactivatedAfterEdit();
    return edit;
}

}  // namespace scorefield::viewer
