// Status bar at the bottom of the window: the help key and the name of the device.
#include <imgui.h>

#include <algorithm>

#include "viewer/controls.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

class StatusBar : public Element {
  public:
    StatusBar() : Element(Place::window, "", Needs::nothing) {}

    void draw(Context& context) override {
        if (context.layout.strip == 0) return;
        const float height = static_cast<float>(context.layout.strip) / ImGui::GetIO().DisplayFramebufferScale.y;
        const ImVec2 window = ImGui::GetIO().DisplaySize;
        ImGui::SetNextWindowPos({0, window.y - height});
        ImGui::SetNextWindowSize({window.x, height});
        ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
        ImGui::PushStyleColor(ImGuiCol_WindowBg, ImGui::GetStyleColorVec4(ImGuiCol_FrameBg));
        ImGui::Begin("status", nullptr, kFixedWindow | ImGuiWindowFlags_NoBringToFrontOnFocus);
        const float inset = (height - ImGui::GetTextLineHeight()) / 2;
        ImGui::SetCursorPosY(inset - ImGui::GetStyle().FramePadding.y);
        // There is not enough width for the panel beside the picture.
        if (context.layout.narrow) {
            if (ImGui::Button("Panel")) context.requests.toggle_panel = true;
            tooltip("Open or close the panel over the picture  (H)");
            ImGui::SameLine();
        }
        ImGui::SetCursorPosY(inset);
        ImGui::TextDisabled("? keys");
        if (!context.value_at_mouse.empty()) {
            ImGui::SameLine(
                std::max(ImGui::GetItemRectMax().x + ImGui::GetFontSize(),
                         static_cast<float>(context.layout.left) / ImGui::GetIO().DisplayFramebufferScale.x +
                             ImGui::GetFontSize()));
            ImGui::TextUnformatted(context.value_at_mouse.c_str());
        }
        const std::string& device = context.device.properties().name;
        const bool on_host = context.scene && context.scene->player().works_by_itself();
        const std::string name = on_host ? "host, drawn by " + device : device;
        const float right = window.x - ImGui::GetStyle().WindowPadding.x;
        const float left = right - ImGui::CalcTextSize(name.c_str()).x;
        ImGui::SameLine(std::max(left, ImGui::GetItemRectMax().x + ImGui::GetFontSize()));
        ImGui::TextDisabled("%s", name.c_str());
        tooltip(device + "\n" + context.device.selection_reason() + "  (--device)");
        ImGui::End();
        ImGui::PopStyleColor();
        ImGui::PopStyleVar();
    }
};

}  // namespace

std::unique_ptr<Element> make_status_bar(Context& /*context*/) {
    return std::make_unique<StatusBar>();
}

}  // namespace scorefield::viewer
