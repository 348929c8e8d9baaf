#include "viewer/panel.hpp"

#include <imgui.h>

#include <utility>

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
