// How the run is played. The timeline has the buttons.
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
        const bool results = context.scene->player().shows_results();
        if (context.requests.restart) playback.restart();
        if (context.requests.seek && !results) playback.stop_at(*context.requests.seek, playback.noising());
        if (context.requests.play_backwards && !results) playback.play_backwards(!playback.backwards());
        if (context.requests.play_forward_process) play_forward_process(context);
        if (!context.requests.toggle_play) return;
        if (context.settings.steps_per_second <= 0) {
            context.messages.add({MessageKind::info, "Paused: steps / s is 0. Press → to advance one step."},
                                 "playback");
        }
        if (playback.finished()) {
            playback.restart(context.begins_with_forward_process());
            playback.play();
        } else if (playback.playing()) {
            playback.pause();
        } else {
            playback.play();
        }
    }

    void draw(Context& context) override {
        settings::Settings& settings = context.settings;
        control(settings, "steps-per-second", "steps / s");
        control(settings, "hold");
        control(settings, "loop");
        if (context.scene->has_forward_process() && !context.scene->player().shows_results()) {
            ImGui::SameLine(0, ImGui::GetFontSize());
            checkbox(settings, "forward", "forward process");
        }
    }

  private:
    static void play_forward_process(Context& context) {
        session::Scene& scene = *context.scene;
        if (scene.player().shows_results() || !scene.has_forward_process()) {
            context.messages.add(
                {MessageKind::info,
                 scene.has_forward_process()
                     ? "The forward process cannot be shown while only final samples are drawn. Set samples to "
                       "continue."
                     : "No forward process: the data are not known, or the program has no noise levels."},
                "playback");
            return;
        }
        scene.player().playback().play_forward_process();
    }

    static void take_steps(Context& context) {
        const Requests& requests = context.requests;
        const bool steps = requests.step || requests.step_back || requests.to_start || requests.to_result;
        if (!steps && !requests.seek && !requests.play_backwards) return;
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
};

}  // namespace

std::unique_ptr<Element> make_transport(Context& /*context*/) {
    return std::make_unique<Transport>();
}

}  // namespace scorefield::viewer
