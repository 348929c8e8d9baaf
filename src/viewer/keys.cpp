#include "viewer/keys.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace scorefield::viewer {
namespace {

enum class Shift : std::uint8_t { any, up, down };

/// What triggers a command: a key by its GLFW code, or a character, because its key depends on the keyboard's layout.
struct Trigger {
    int key = 0;
    bool control = false;
    Shift shift = Shift::any;
    ImWchar character = 0;

    bool matches(const KeyPress& press) const {
        if (key == 0 || press.key != key || press.control != control) return false;
        return shift == Shift::any || press.shift == (shift == Shift::down);
    }
};

struct TriggeredCommand {
    Trigger trigger;
    KeyCommand command;
};

using settings::Settings;

void turn_loop(Settings& settings, Requests& /*requests*/) {
    settings.loop = !settings.loop;
}

/// Arrows of the score, streamlines, nothing; another kind of field stays until it has been both.
void turn_field(Settings& settings, Requests& /*requests*/) {
    render::Guides& guides = settings.guides;
    if (guides.field == render::FieldKind::none) {
        guides.field = render::FieldKind::score;
        guides.style = render::FieldStyle::arrows;
    } else if (guides.style == render::FieldStyle::arrows) {
        guides.style = render::FieldStyle::streamlines;
    } else {
        guides.field = render::FieldKind::none;
    }
}

void turn_contours(Settings& settings, Requests& /*requests*/) {
    settings.guides.contours = !settings.guides.contours;
}

void turn_trails(Settings& settings, Requests& /*requests*/) {
    constexpr std::uint32_t kTrails = 60;
    settings.guides.trails = settings.guides.trails > 0 ? 0 : kTrails;
}

void turn_colour(Settings& settings, Requests& /*requests*/) {
    const bool density = settings.look.mode == render::ColourMode::density;
    settings.look.mode = density ? render::ColourMode::origin : render::ColourMode::density;
}

void turn_show(Settings& settings, Requests& /*requests*/) {
    const bool particles = settings.show == render::Show::particles;
    settings.show = particles ? render::Show::predicted : render::Show::particles;
}

void turn_metrics(Settings& settings, Requests& /*requests*/) {
    settings.metrics = !settings.metrics;
}

template <std::size_t kPane>
void choose_pane(Settings& /*settings*/, Requests& requests) {
    requests.choose_pane = kPane;
}

void change_text_size(Settings& settings, int by) {
    const auto& sizes = settings::kTextSizes;
    const std::ptrdiff_t now = std::ranges::find(sizes, settings.text_size) - sizes.begin();
    const std::ptrdiff_t next = std::clamp<std::ptrdiff_t>(now + by, 0, std::ssize(sizes) - 1);
    settings.text_size = sizes[static_cast<std::size_t>(next)];
}

void enlarge_text(Settings& settings, Requests& /*requests*/) {
    change_text_size(settings, 1);
}

void shrink_text(Settings& settings, Requests& /*requests*/) {
    change_text_size(settings, -1);
}

void show_next_scene(Settings& /*settings*/, Requests& requests) {
    requests.turn_scene = 1;
}

void show_scene_before(Settings& /*settings*/, Requests& requests) {
    requests.turn_scene = -1;
}

/// Closes the topmost popup; without one it is the elements' turn.
void escape(Settings& /*settings*/, Requests& requests) {
    const int open = ImGui::GetCurrentContext()->OpenPopupStack.Size;
    if (open > 0) ImGui::ClosePopupToLevel(open - 1, true);
    if (open == 0) requests.escape = true;
}

/// Those without a name are second keys of another one.
constexpr auto kCommands = std::to_array<TriggeredCommand>({
    {{GLFW_KEY_SPACE}, {"Space", "play or pause", &Requests::toggle_play}},
    {{GLFW_KEY_RIGHT, false, Shift::up}, {"→", "one step forward", &Requests::step}},
    {{GLFW_KEY_LEFT, false, Shift::up}, {"←", "one step back", &Requests::step_back}},
    {{GLFW_KEY_RIGHT, false, Shift::down}, {"Shift+→", "last state (samples)", &Requests::to_result}},
    {{GLFW_KEY_LEFT, false, Shift::down}, {"Shift+←", "first state (noise)", &Requests::to_start}},
    {{GLFW_KEY_HOME}, {"Home", "restart from noise", &Requests::restart}},
    {{GLFW_KEY_R}, {"R", "play in reverse (samples to noise), or normally again", &Requests::play_backwards}},
    {{GLFW_KEY_F}, {"F", "forward process: data become noise, then the run", &Requests::play_forward_process}},
    {{GLFW_KEY_L}, {"L", "loop on or off", nullptr, turn_loop}},
    {{GLFW_KEY_G}, {"G", "score field: arrows, streamlines, off", nullptr, turn_field}},
    {{GLFW_KEY_D}, {"D", "contours of the density on or off", nullptr, turn_contours}},
    {{GLFW_KEY_T}, {"T", "trails of 60 particles on or off", nullptr, turn_trails}},
    {{GLFW_KEY_M}, {"M", "metrics in the captions: evaluations, distance to the data", nullptr, turn_metrics}},
    {{GLFW_KEY_X}, {"X", "show particles or the x₀ that is predicted from them", nullptr, turn_show}},
    {{GLFW_KEY_C}, {"C", "colour by density or origin", nullptr, turn_colour}},
    {{GLFW_KEY_0}, {"0", "fit the view", &Requests::fit}},
    {{GLFW_KEY_A}, {"A", "add a pane, to compare settings", &Requests::add_pane}},
    {{GLFW_KEY_B}, {"B", "branch: pause, and add a pane that goes on from the shown state", &Requests::add_branch}},
    {{GLFW_KEY_2}, {"2", "exchange pane 2 with pane 1, which the panel sets", nullptr, choose_pane<1>}},
    {{GLFW_KEY_3}, {"3", "exchange pane 3 with pane 1", nullptr, choose_pane<2>}},
    {{GLFW_KEY_4}, {"4", "exchange pane 4 with pane 1", nullptr, choose_pane<3>}},
    {{GLFW_KEY_S, false, Shift::up}, {"S", "save a screenshot as PNG", &Requests::screenshot}},
    {{GLFW_KEY_S, false, Shift::down}, {"Shift+S", "screenshot with choices", &Requests::toggle_screenshots}},
    {{GLFW_KEY_E}, {"E", "save the particles that are shown as a file of points", &Requests::save_particles}},
    {{GLFW_KEY_C, true}, {"Ctrl+C", "copy the settings as a command line", &Requests::copy_command}},
    {{GLFW_KEY_S, true}, {"Ctrl+S", "save the settings as a scene file", &Requests::save_scene}},
    {{GLFW_KEY_Z, true, Shift::up},
     {"Ctrl+Z", "undo a change of a setting, or a stroke while painting", &Requests::undo}},
    {{GLFW_KEY_Y, true}, {"Ctrl+Y", "redo it", &Requests::redo}},
    {{GLFW_KEY_Z, true, Shift::down}, {"", "", &Requests::redo}},
    {{GLFW_KEY_P, true}, {"Ctrl+P", "command palette: search commands and settings", &Requests::toggle_palette}},
    {{GLFW_KEY_N}, {"N", "start, pause or resume training", &Requests::train}},
    {{GLFW_KEY_P}, {"P", "paint a distribution to train on", &Requests::toggle_board}},
    {{GLFW_KEY_PAGE_DOWN}, {"PgDn", "next scene", nullptr, show_next_scene}},
    {{GLFW_KEY_PAGE_UP}, {"PgUp", "previous scene", nullptr, show_scene_before}},
    {{GLFW_KEY_O}, {"O", "list of scenes", &Requests::toggle_scenes}},
    {{GLFW_KEY_H}, {"H", "hide or show the panel", &Requests::toggle_panel}},
    {{GLFW_KEY_F5}, {"F5", "presenter mode: only picture and timeline, larger text", &Requests::toggle_presenter}},
    {{GLFW_KEY_F11}, {"F11", "full screen", &Requests::toggle_full_screen}},
    {{.character = '+'}, {"+", "larger text", nullptr, enlarge_text}},
    {{.character = '-'}, {"−", "smaller text", nullptr, shrink_text}},
    {{.character = '?'}, {"?", "this help", &Requests::toggle_help}},
    {{GLFW_KEY_ESCAPE}, {"Esc", "close the dialog or menu, or cancel what is prepared", nullptr, escape}},
});

constexpr std::array<KeyCommand, 8> kGestures = {{
    {"Wheel", "zoom at the pointer"},
    {"Drag", "move the picture; in three dimensions, turn it"},
    {"Right drag, Shift+drag", "move the picture in three dimensions"},
    {"Ctrl+drag, Ctrl+wheel", "in three dimensions, look around and fly from where the camera stands"},
    {"Click", "follow a particle, where trails are drawn"},
    {"Right click", "on a setting: reset it, or copy it as a flag"},
    {"Ctrl+click, Tab", "type a value into a slider"},
    {"Drop a file", "open a scene (JSON, or a PNG that was saved here), or train on a PNG, NPY, CSV or PLY file"},
}};

}  // namespace

void read_keys(const std::vector<KeyPress>& keys, settings::Settings& settings, Requests& requests) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.WantTextInput) return;
    for (const KeyPress& press : keys) {
        for (const TriggeredCommand& each : kCommands) {
            if (each.trigger.matches(press)) each.command.run(settings, requests);
        }
    }
    for (const ImWchar character : io.InputQueueCharacters) {
        for (const TriggeredCommand& each : kCommands) {
            if (each.trigger.character == character) each.command.run(settings, requests);
        }
    }
}

std::span<const KeyCommand> key_commands() {
    static const std::vector<KeyCommand> all = [] {
        std::vector<KeyCommand> listed;
        for (const TriggeredCommand& each : kCommands) {
            if (*each.command.key != 0) listed.push_back(each.command);
        }
        listed.insert(listed.end(), kGestures.begin(), kGestures.end());
        return listed;
    }();
    return all;
}

}  // namespace scorefield::viewer
