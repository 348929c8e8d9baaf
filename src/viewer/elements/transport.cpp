// Title of the scene and playback controls.
#include <fmt/format.h>
#include <imgui.h>

#include "viewer/controls.hpp"
#include "viewer/element.hpp"

namespace scorefield::viewer {
namespace {

class Transport : public Element {
  public:
    Transport() : Element(Place::header) {}

    void update(Context& context) override {
        take_steps(context);
        session::Playback& playback = context.scene->player().playback();
        if (context.requests.restart) playback.restart();
        if (!context.requests.toggle_play) return;
        if (context.settings.steps_per_second <= 0) {
            context.messages.add({MessageKind::info, "Paused: steps / s is 0. Press → to advance one step."},
                                 "playback");
        }
        if (playback.finished()) {
            playback.restart();
            playback.play();
        } else if (playback.playing()) {
            playback.pause();
        } else {
            playback.play();
        }
    }

    void draw(Context& context) override {
        settings::Settings& settings = context.settings;
        if (!settings.title.empty()) ImGui::TextWrapped("%s", settings.title.c_str());
        if (!settings.about.empty()) {
            ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
            ImGui::TextWrapped("%s", settings.about.c_str());
            ImGui::PopStyleColor();
        }
        draw_buttons(context);
        draw_progress(context.scene->player());
        control(settings, "steps-per-second", "steps / s");
        control(settings, "hold");
        control(settings, "loop");
    }

  private:
    static void take_steps(Context& context) {
        const Requests& requests = context.requests;
        if (!requests.step && !requests.step_back && !requests.to_start && !requests.to_result) return;
        session::Player& player = context.scene->player();
        session::Playback& playback = player.playback();
        if (player.shows_results()) {
            context.messages.add(
                {MessageKind::info, "Finished samples have no steps. Choose samples: continue to see them."},
                "playback");
            return;
        }
        if (requests.step) playback.step();
        if (requests.step_back) playback.step_back();
        if (requests.to_start) playback.stop_at(0);
        if (requests.to_result) playback.stop_at(playback.steps());
    }

    static void draw_buttons(Context& context) {
        Requests& requests = context.requests;
        const session::Playback& playback = context.scene->player().playback();
        const float quarter = share_of_row(4);
        const bool moving = playback.playing() && !playback.finished() && context.settings.steps_per_second > 0;
        if (button(moving ? "Pause" : "Play", quarter, "Play or pause  (Space)")) requests.toggle_play = true;
        ImGui::SameLine();
        if (button("Back", quarter, "One sampler step back, then pause  (←)")) requests.step_back = true;
        ImGui::SameLine();
        if (button("Step", quarter, "One sampler step, then pause  (→)")) requests.step = true;
        ImGui::SameLine();
        if (button("Restart", quarter, "Restart from noise  (R)")) requests.restart = true;
    }

    static void draw_progress(const session::Player& player) {
        const int shown = player.run_state().number;
        const int steps = player.playback().steps();
        const std::string level = session::level_text(player);
        const std::string text = fmt::format("step {} of {}{}{}", shown, steps, level.empty() ? "" : " · ", level);
        ImGui::ProgressBar(static_cast<float>(shown) / static_cast<float>(steps), {-1, 0}, text.c_str());
        tooltip("Current step and noise level.");
    }
};

}  // namespace

std::unique_ptr<Element> make_transport(Context& /*context*/) {
    return std::make_unique<Transport>();
}

}  // namespace scorefield::viewer
