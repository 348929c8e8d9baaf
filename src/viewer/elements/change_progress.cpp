// Progress of the change that is being prepared, above the status bar, with a Cancel button.
#include <fmt/format.h>
#include <imgui.h>

#include "viewer/controls.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

constexpr double kQuick = 0.3;  ///< seconds; faster changes are not shown

class ChangeInProgress : public Element {
  public:
    void update(Context& context) override {
        if (!context.requests.escape || !context.change) return;
        context.requests.cancel_change = true;
        context.requests.escape = false;
    }

    void draw(Context& context) override {
        const std::optional<ChangeProgress>& change = context.change;
        if (!change || change->seconds <= kQuick) return;
        const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
        const float bottom = ImGui::GetIO().DisplaySize.y - static_cast<float>(context.layout.row) / pixels.y;
        const float height = ImGui::GetFrameHeight() + 2 * ImGui::GetStyle().WindowPadding.y;
        ImGui::SetNextWindowPos({static_cast<float>(context.layout.left) / pixels.x, bottom - height});
        ImGui::SetNextWindowSize({0, height});
        ImGui::Begin("job", nullptr, kFixedWindow | ImGuiWindowFlags_AlwaysAutoResize);
        ImGui::AlignTextToFramePadding();
        const std::string steps = change->steps > 0 ? fmt::format("step {}, ", change->steps) : "";
        ImGui::TextUnformatted(fmt::format("{} ({}{:.0f} s)", change->name, steps, change->seconds).c_str());
        ImGui::SameLine();
        if (ImGui::Button("Cancel")) context.requests.cancel_change = true;
        tooltip("Keep the current run  (Esc)");
        ImGui::End();
    }
};

}  // namespace

std::unique_ptr<Element> make_change_progress(Context& /*context*/) {
    return std::make_unique<ChangeInProgress>();
}

}  // namespace scorefield::viewer
