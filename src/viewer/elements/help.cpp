// Help window: the keys and mouse gestures, in front of everything else.
#include <imgui.h>

#include <algorithm>
#include <span>

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
            draw_commands();
        }
        ImGui::End();
    }

  private:
    /// In two columns, which a window of the usual size has room for.
    static void draw_commands() {
        const std::span<const KeyCommand> all = key_commands();
        const std::size_t rows = (all.size() + 1) / 2;
        for (const std::span<const KeyCommand> column : {all.first(rows), all.subspan(rows)}) {
            if (column.data() != all.data()) ImGui::SameLine(0, 2 * ImGui::GetFontSize());
            ImGui::BeginGroup();
            float widest = 0;
            for (const KeyCommand& command : column) widest = std::max(widest, ImGui::CalcTextSize(command.key).x);
            for (const KeyCommand& command : column) {
                ImGui::TextUnformatted(command.key);
                ImGui::SameLine(widest + ImGui::GetFontSize());
                ImGui::TextDisabled("%s", command.action);
            }
            ImGui::EndGroup();
        }
    }

    bool open_ = false;
};

}  // namespace

std::unique_ptr<Element> make_help(Context& /*context*/) {
    return std::make_unique<Help>();
}

}  // namespace scorefield::viewer
