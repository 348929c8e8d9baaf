#include "viewer/panel.hpp"

#include <imgui.h>

#include <algorithm>
#include <utility>

#include "viewer/controls.hpp"

namespace scorefield::viewer {
namespace {

constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                    ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                    ImGuiWindowFlags_NoScrollWithMouse;

std::vector<Element*> those_at(Element::Place place, const Elements& elements, const Context& context) {
    std::vector<Element*> found;
    for (const std::unique_ptr<Element>& element : elements) {
        if (element->place() == place && element->is_active(context)) found.push_back(element.get());
    }
    return found;
}

/// The footers to show: the first one, and those that fit into half of the panel's height together with it.
std::vector<Element*> shown_footers(const Elements& elements, const Context& context, float panel_height,
                                    float& height) {
    std::vector<Element*> shown;
    for (Element* const footer : those_at(Element::Place::footer, elements, context)) {
        const float with_it = height + footer->height();
        if (!shown.empty() && with_it >= panel_height / 2) continue;
        shown.push_back(footer);
        height = with_it;
    }
    return shown;
}

void draw_tabs(Context& context, const Elements& elements) {
    const std::vector<Element*> tabs = those_at(Element::Place::tab, elements, context);
    if (tabs.empty() || !ImGui::BeginTabBar("tabs")) return;
    const std::string turn_to = std::exchange(context.next_tab, "");
    for (Element* const tab : tabs) {
        const ImGuiTabItemFlags flags =
            turn_to == tab->title() ? ImGuiTabItemFlags_SetSelected : ImGuiTabItemFlags_None;
        if (!ImGui::BeginTabItem(tab->title(), nullptr, flags)) continue;
        tab->draw(context);
        ImGui::EndTabItem();
    }
    ImGui::EndTabBar();
}

/// The right edge, by which the panel is made wider or narrower.
void draw_edge(Context& context, const ImVec2& size) {
    constexpr float kEdge = 6;
    // Half of a window's padding is outside its clip rectangle.
    ImGui::PushClipRect({0, 0}, size, false);
    ImGui::SetCursorPos({size.x - kEdge, 0});
    ImGui::InvisibleButton("edge", {kEdge, size.y});
    const ImGuiIO& io = ImGui::GetIO();
    if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
        constexpr float kLeast = 1;
        const float pixels = io.MousePos.x * io.DisplayFramebufferScale.x;
        context.panel.width = std::max(kLeast, pixels / context.layout.scale);
    }
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) context.panel.width = 0;
    if (ImGui::IsItemActive() || ImGui::IsItemHovered()) {
        ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
        ImGui::GetWindowDrawList()->AddLine({size.x - 1, 0}, size, ImGui::GetColorU32(ImGuiCol_SeparatorActive), 2);
    }
    ImGui::PopClipRect();
    if (!ImGui::IsItemActive()) tooltip("Drag to resize the panel, double-click for the usual width");
    ImGui::SetCursorPos(ImGui::GetCursorStartPos());
}

}  // namespace

void draw_panel(Context& context, const Elements& elements) {
    const Layout& layout = context.layout;
    if (layout.panel == 0) return;
    const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
    const ImVec2 size = {static_cast<float>(layout.panel) / pixels.x,
                         static_cast<float>(layout.window.height - layout.strip) / pixels.y};
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(size);
    // Beside the picture it stands on the window's own ground, which costs less than drawing a background.
    const ImGuiWindowFlags ground = layout.narrow ? ImGuiWindowFlags_None : ImGuiWindowFlags_NoBackground;
    ImGui::Begin("panel", nullptr, kFlags | ground);
    if (!layout.narrow) draw_edge(context, size);
    float below = ImGui::GetStyle().ItemSpacing.y;
    const std::vector<Element*> footers = shown_footers(elements, context, size.y, below);
    ImGui::BeginChild("controls", {0, -below});
    for (Element* const header : those_at(Element::Place::header, elements, context)) header->draw(context);
    draw_tabs(context, elements);
    ImGui::EndChild();
    ImGui::Separator();
    for (Element* const footer : footers) footer->draw(context);
    ImGui::End();
}

}  // namespace scorefield::viewer
