// The timeline under the picture: buttons, and a mark for each state from noise to samples. Dragging on it goes to any
// state of the run, or of the forward process where that is shown.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "viewer/controls.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

// Lengths in screen units at the usual text size.
constexpr float kButton = 26;
constexpr float kMargin = 12;     ///< of the strip, at its left and right
constexpr float kLabel = 196;     ///< width of the text at the right
constexpr float kNarrow = 560;    ///< strips narrower than this have no such text
constexpr float kLeastMarks = 3;  ///< between marks; nearer ones are left out

/// Screen units per unit of these lengths.
float unit() {
    constexpr float kUsualText = 15;
    return ImGui::GetFontSize() / kUsualText;
}

ImU32 icon_colour() {
    return ImGui::GetColorU32(ImGuiCol_Text);
}

ImU32 colour_of(bool noising) {
    return ImGui::GetColorU32(noising ? ImGuiCol_PlotLinesHovered : ImGuiCol_PlotLines);
}

/// What a button shows; drawn, since fonts differ in such signs.
enum class Icon : std::uint8_t { to_start, back, play, pause, backwards, step, to_end };

/// A triangle that points right (1) or left (−1), its middle at `x`.
void triangle(ImDrawList& list, const ImVec2& centre, float x, float direction, float size) {
    list.AddTriangleFilled({centre.x + x - direction * size / 2, centre.y - size * 0.6F},
                           {centre.x + x - direction * size / 2, centre.y + size * 0.6F},
                           {centre.x + x + direction * size / 2, centre.y}, icon_colour());
}

void bar(ImDrawList& list, const ImVec2& centre, float x, float size) {
    list.AddRectFilled({centre.x + x - size * 0.14F, centre.y - size * 0.6F},
                       {centre.x + x + size * 0.14F, centre.y + size * 0.6F}, icon_colour());
}

void draw_icon(ImDrawList& list, Icon icon, const ImVec2& centre) {
    const float size = 9 * unit();
    switch (icon) {
        case Icon::to_start:
            bar(list, centre, -size * 0.6F, size);
            triangle(list, centre, size * 0.1F, -1, size);
            break;
        case Icon::back:
            triangle(list, centre, -size * 0.2F, -1, size);
            bar(list, centre, size * 0.55F, size);
            break;
        case Icon::play:
            triangle(list, centre, 0, 1, size * 1.2F);
            break;
        case Icon::pause:
            bar(list, centre, -size * 0.3F, size * 1.1F);
            bar(list, centre, size * 0.3F, size * 1.1F);
            break;
        case Icon::backwards:
            triangle(list, centre, 0, -1, size * 1.2F);
            break;
        case Icon::step:
            bar(list, centre, -size * 0.55F, size);
            triangle(list, centre, size * 0.2F, 1, size);
            break;
        case Icon::to_end:
            triangle(list, centre, -size * 0.1F, 1, size);
            bar(list, centre, size * 0.6F, size);
            break;
    }
}

bool icon_button(const char* name, Icon icon, const char* help) {
    const bool pressed = ImGui::Button(name, {kButton * unit(), kButton * unit()});
    const ImVec2 low = ImGui::GetItemRectMin();
    const ImVec2 high = ImGui::GetItemRectMax();
    draw_icon(*ImGui::GetWindowDrawList(), icon, {(low.x + high.x) / 2, (low.y + high.y) / 2});
    tooltip(help);
    ImGui::SameLine(0, 4 * unit());
    return pressed;
}

class Timeline : public Element {
  public:
    void draw(Context& context) override {
        const Layout& layout = context.layout;
        if (layout.timeline == 0) return;
        const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
        const auto units = [&](std::uint32_t length) { return static_cast<float>(length) / pixels.x; };
        const float height = units(layout.timeline);
        const float width = units(layout.picture.width);
        ImGui::SetNextWindowPos({units(layout.left), units(layout.window.height - layout.strip) - height});
        ImGui::SetNextWindowSize({width, height});
        ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {kMargin * unit(), (height - kButton * unit()) / 2});
        ImGui::Begin("timeline", nullptr, kFixedWindow | ImGuiWindowFlags_NoBringToFrontOnFocus);
        draw_buttons(context);
        const bool wide = width >= kNarrow * unit();
        draw_track(context, width - (kMargin + (wide ? kLabel : 0)) * unit(), height);
        if (wide) draw_text(context.scene->player(), width - kLabel * unit(), height);
        ImGui::End();
        ImGui::PopStyleVar(2);
    }

  private:
    static void draw_buttons(Context& context) {
        Requests& requests = context.requests;
        const session::Playback& playback = context.scene->player().playback();
        const bool moving = playback.playing() && !playback.finished() && context.settings.steps_per_second > 0;
        if (icon_button("##start", Icon::to_start, "First state  (Shift+←)")) requests.to_start = true;
        if (icon_button("##back", Icon::back, "One step back, then pause  (←)")) requests.step_back = true;
        if (icon_button("##backwards", Icon::backwards, "Reverse the playback: samples to noise  (R)")) {
            requests.play_backwards = true;
        }
        if (icon_button("##play", moving ? Icon::pause : Icon::play, "Play or pause  (Space)")) {
            requests.toggle_play = true;
        }
        if (icon_button("##step", Icon::step, "One step, then pause  (→)")) requests.step = true;
        if (icon_button("##end", Icon::to_end, "Last state  (Shift+→)")) requests.to_result = true;
    }

    static void draw_track(Context& context, float right, float height) {
        const session::Player& player = context.scene->player();
        const int steps = player.playback().steps();
        const int shown = player.run_state().number;
        const float grip = 7 * unit();
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const float left = corner.x + grip + 4 * unit();
        const float end = ImGui::GetWindowPos().x + right - grip;
        if (end - left < 4 * grip) return;
        const float middle = ImGui::GetWindowPos().y + height / 2;
        const auto place = [&](int state) {
            return left + (end - left) * static_cast<float>(state) / static_cast<float>(steps);
        };
        ImGui::SetCursorScreenPos({left - grip, middle - kButton * unit() / 2});
        ImGui::InvisibleButton("track", {end - left + 2 * grip, kButton * unit()});
        const auto state_at = [&](float x) {
            const float share = std::clamp((x - left) / (end - left), 0.0F, 1.0F);
            return static_cast<int>(std::lround(share * static_cast<float>(steps)));
        };
        if (ImGui::IsItemActive() && state_at(ImGui::GetIO().MousePos.x) != player.playback().state()) {
            context.requests.seek = state_at(ImGui::GetIO().MousePos.x);
        } else if (ImGui::IsItemActivated()) {
            context.requests.seek = player.playback().state();  // a click on the state that is shown pauses
        }
        if (ImGui::IsItemHovered()) {
            const session::RunState& state =
                player.run_states().at(static_cast<std::size_t>(state_at(ImGui::GetIO().MousePos.x)));
            ImGui::SetTooltip("step %d of %d\n%s", state.number, steps, session::level_text(player, state).c_str());
        }
        ImDrawList& list = *ImGui::GetWindowDrawList();
        list.AddLine({left, middle}, {end, middle}, ImGui::GetColorU32(ImGuiCol_ButtonActive), 4 * unit());
        const bool noising = player.playback().noising();
        const float from = noising ? place(steps) : place(0);
        list.AddLine({from, middle}, {place(shown), middle}, colour_of(noising), 4 * unit());
        const int every = static_cast<int>(std::ceil(kLeastMarks * static_cast<float>(steps) / (end - left)));
        for (int state = 0; state <= steps; state += std::max(1, every)) {
            list.AddLine({place(state), middle - 5 * unit()}, {place(state), middle + 5 * unit()},
                         ImGui::GetColorU32(ImGuiCol_TextDisabled));
        }
        draw_branches(context, list, place, middle);
        list.AddCircleFilled({place(shown), middle}, grip, colour_of(noising));
        const float below = 9 * unit();
        const ImU32 grey = ImGui::GetColorU32(ImGuiCol_TextDisabled);
        const bool to_samples = player.run_states().back().is_result;
        const char* const first = to_samples ? "noise" : "data";
        const char* const last = to_samples ? "data" : "noise";
        list.AddText({left - grip, middle + below}, grey, first);
        list.AddText({end + grip - ImGui::CalcTextSize(last).x, middle + below}, grey, last);
    }

    /// A line above the track for each pane that shares states with the first one, from the last of them on.
    template <class Place>
    static void draw_branches(const Context& context, ImDrawList& list, const Place& place, float middle) {
        constexpr std::array<ImU32, settings::kMostPanes - 1> kColours = {
            IM_COL32(240, 150, 60, 255), IM_COL32(90, 190, 110, 255), IM_COL32(205, 110, 215, 255)};
        const session::Player& first = context.scene->player();
        for (std::size_t pane = 1; pane < context.panes.count(); ++pane) {
            const std::optional<int> shared =
                sample::last_shared_state(first.spec(), context.scene_of(pane).player().spec());
            if (!shared) continue;
            const float above = middle - (5 + 4 * static_cast<float>(pane)) * unit();
            const float begin = place(*shared);
            const float end = place(first.playback().steps());
            const ImU32 colour = kColours.at(pane - 1);
            list.AddLine({begin, middle}, {begin, above}, colour, 1.5F * unit());
            list.AddLine({begin, above}, {end, above}, colour, 1.5F * unit());
            const int shown = first.run_state().number;
            if (shown >= *shared && !first.playback().noising()) {
                list.AddCircleFilled({place(shown), above}, 3 * unit(), colour);
            }
        }
    }

    static void draw_text(const session::Player& player, float left, float height) {
        const session::RunState state = player.run_state();
        const int steps = player.playback().steps();
        const float line = ImGui::GetTextLineHeight();
        ImGui::SetCursorPos({left + kMargin * unit(), height / 2 - line - 1});
        const bool noising = player.playback().noising();
        ImGui::TextUnformatted(noising ? "forward process" : fmt::format("step {} of {}", state.number, steps).c_str());
        ImGui::SetCursorPos({left + kMargin * unit(), height / 2 + 1});
        ImGui::TextDisabled("%s", session::level_text(player, state).c_str());
    }
};

}  // namespace

std::unique_ptr<Element> make_timeline(Context& /*context*/) {
    return std::make_unique<Timeline>();
}

}  // namespace scorefield::viewer
