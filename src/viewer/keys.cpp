#include "viewer/keys.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <array>
#include <cstdint>

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

constexpr std::uint32_t kTrails = 60;

/// Arrows of the score, streamlines, nothing; another kind of field stays until it has been both.
void turn_field(render::Guides& guides) {
    if (guides.field == render::FieldKind::none) {
        guides.field = render::FieldKind::score;
        guides.style = render::FieldStyle::arrows;
    } else if (guides.style == render::FieldStyle::arrows) {
        guides.style = render::FieldStyle::streamlines;
    } else {
        guides.field = render::FieldKind::none;
    }
}

void turn_colour(render::Look& look) {
    const bool density = look.mode == render::ColourMode::density;
    look.mode = density ? render::ColourMode::origin : render::ColourMode::density;
}

/// The topmost one. False where none is open.
bool close_popup() {
    const int open = ImGui::GetCurrentContext()->OpenPopupStack.Size;
    if (open > 0) ImGui::ClosePopupToLevel(open - 1, true);
    return open > 0;
}

using settings::Settings;

/// Those without a name are second keys of another one.
constexpr std::array<TriggeredCommand, 35> kCommands = {{
    {{GLFW_KEY_SPACE}, {"Space", "play or pause", [](Settings&, Requests& r) { r.toggle_play = true; }}},
    {{GLFW_KEY_RIGHT, false, Shift::up}, {"→", "one step forward", [](Settings&, Requests& r) { r.step = true; }}},
    {{GLFW_KEY_LEFT, false, Shift::up}, {"←", "one step back", [](Settings&, Requests& r) { r.step_back = true; }}},
    {{GLFW_KEY_RIGHT, false, Shift::down}, {"Shift+→", "last state (samples)", [](Settings&, Requests& r) { r.to_result = true; }}},
    {{GLFW_KEY_LEFT, false, Shift::down}, {"Shift+←", "first state (noise)", [](Settings&, Requests& r) { r.to_start = true; }}},
    {{GLFW_KEY_HOME}, {"Home", "restart from noise", [](Settings&, Requests& r) { r.restart = true; }}},
    {{GLFW_KEY_R}, {"R", "play in reverse (samples to noise), or normally again", [](Settings&, Requests& r) { r.play_backwards = true; }}},
    {{GLFW_KEY_F}, {"F", "forward process: data become noise, then the run", [](Settings&, Requests& r) { r.play_forward_process = true; }}},
    {{GLFW_KEY_L}, {"L", "loop on or off", [](Settings& s, Requests&) { s.loop = !s.loop; }}},
    {{GLFW_KEY_G}, {"G", "score field: arrows, streamlines, off", [](Settings& s, Requests&) { turn_field(s.guides); }}},
    {{GLFW_KEY_D}, {"D", "contours of the density on or off", [](Settings& s, Requests&) { s.guides.contours = !s.guides.contours; }}},
    {{GLFW_KEY_T}, {"T", "trails of 60 particles on or off", [](Settings& s, Requests&) { s.guides.trails = s.guides.trails > 0 ? 0 : kTrails; }}},
    {{GLFW_KEY_M}, {"M", "metrics in the captions: evaluations, distance to the data", [](Settings& s, Requests&) { s.metrics = !s.metrics; }}},
    {{GLFW_KEY_C}, {"C", "colour by density or origin", [](Settings& s, Requests&) { turn_colour(s.look); }}},
    {{GLFW_KEY_0}, {"0", "fit the view", [](Settings&, Requests& r) { r.fit = true; }}},
    {{GLFW_KEY_A}, {"A", "add a pane, to compare settings", [](Settings&, Requests& r) { r.add_pane = true; }}},
    {{GLFW_KEY_2}, {"2", "exchange pane 2 with pane 1, which the panel sets", [](Settings&, Requests& r) { r.choose_pane = 1; }}},
    {{GLFW_KEY_3}, {"3", "exchange pane 3 with pane 1", [](Settings&, Requests& r) { r.choose_pane = 2; }}},
    {{GLFW_KEY_4}, {"4", "exchange pane 4 with pane 1", [](Settings&, Requests& r) { r.choose_pane = 3; }}},
    {{GLFW_KEY_S}, {"S", "save a screenshot as PNG", [](Settings&, Requests& r) { r.screenshot = true; }}},
    {{GLFW_KEY_C, true}, {"Ctrl+C", "copy the settings as a command line", [](Settings&, Requests& r) { r.copy_command = true; }}},
    {{GLFW_KEY_S, true}, {"Ctrl+S", "save the settings as a scene file", [](Settings&, Requests& r) { r.save_scene = true; }}},
    {{GLFW_KEY_Z, true, Shift::up}, {"Ctrl+Z", "undo a change of a setting, or a stroke while painting", [](Settings&, Requests& r) { r.undo = true; }}},
    {{GLFW_KEY_Y, true}, {"Ctrl+Y", "redo it", [](Settings&, Requests& r) { r.redo = true; }}},
    {{GLFW_KEY_Z, true, Shift::down}, {"", "", [](Settings&, Requests& r) { r.redo = true; }}},
    {{GLFW_KEY_N}, {"N", "start, pause or resume training", [](Settings&, Requests& r) { r.train = true; }}},
    {{GLFW_KEY_P}, {"P", "paint a distribution to train on", [](Settings&, Requests& r) { r.toggle_board = true; }}},
    {{GLFW_KEY_PAGE_DOWN}, {"PgDn", "next scene", [](Settings&, Requests& r) { r.turn_scene = 1; }}},
    {{GLFW_KEY_PAGE_UP}, {"PgUp", "previous scene", [](Settings&, Requests& r) { r.turn_scene = -1; }}},
    {{GLFW_KEY_O}, {"O", "list of scenes", [](Settings&, Requests& r) { r.toggle_scenes = true; }}},
    {{GLFW_KEY_H}, {"H", "hide or show the panel", [](Settings&, Requests& r) { r.toggle_panel = true; }}},
    {{GLFW_KEY_F5}, {"F5", "presenter mode: only picture and timeline, larger text", [](Settings&, Requests& r) { r.toggle_presenter = true; }}},
    {{GLFW_KEY_F11}, {"F11", "full screen", [](Settings&, Requests& r) { r.toggle_full_screen = true; }}},
    {{.character = '?'}, {"?", "this help", [](Settings&, Requests& r) { r.toggle_help = true; }}},
    {{GLFW_KEY_ESCAPE}, {"Esc", "close the dialog or menu, or cancel what is prepared", [](Settings&, Requests& r) { if (!close_popup()) r.escape = true; }}},
}};

constexpr std::array<KeyCommand, 8> kGestures = {{
    {"Wheel", "zoom at the pointer"},
    {"Drag", "move the picture; in three dimensions, turn it"},
    {"Right drag, Shift+drag", "move the picture in three dimensions"},
    {"Ctrl+drag, Ctrl+wheel", "in three dimensions, look around and fly from where the camera stands"},
    {"Click", "follow a particle, where trails are drawn"},
    {"Right click", "on a setting: reset it, or copy it as a flag"},
    {"Ctrl+click, Tab", "type a value into a slider"},
    {"Drop a file", "open a scene (JSON), or train on a PNG, NPY, CSV or PLY file"},
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
