// Help window: the keys and mouse gestures, in front of everything else.
#include <imgui.h>

#include "viewer/element.hpp"
#include "viewer/keys.hpp"

namespace scorefield::viewer {
namespace {

class Help : public Element {
  public:
    Help() : Element(Place::window, "", Needs::nothing) {}

    void update(Context& context) override {
        if (context.requests.toggle_help) open_ = !open_;
        if (!context.requests.escape || !open_) return;
        open_ = false;
        context.requests.escape = false;
    }

    void draw(Context& /*context*/) override {
        if (!open_) return;
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        ImGui::SetNextWindowPos({size.x / 2, size.y / 2}, ImGuiCond_Always, {0.5f, 0.5f});
        if (ImGui::Begin("Keys and mouse", &open_,
                         ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoMove |
                             ImGuiWindowFlags_NoSavedSettings)) {
            for (const Shortcut& shortcut : shortcuts()) {
                ImGui::TextUnformatted(shortcut.key);
                ImGui::SameLine(ImGui::GetFontSize() * 11);
                ImGui::TextDisabled("%s", shortcut.action);
            }
        }
        ImGui::End();
    }

  private:
    bool open_ = false;
};

}  // namespace

std::unique_ptr<Element> make_help(Context& /*context*/) {
    return std::make_unique<Help>();
}

}  // namespace scorefield::viewer
