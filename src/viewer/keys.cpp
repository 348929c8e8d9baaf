#include "viewer/keys.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <array>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace scorefield::viewer {
namespace {

constexpr std::array<Shortcut, 35> kShortcuts = {{
    {"Space", "play or pause"},
    {"← →", "one step back or forward"},
    {"Shift+← →", "first state (noise), last state (samples)"},
    {"Home", "restart from noise"},
    {"R", "reverse the playback (samples to noise), or play normally again"},
    {"F", "forward process: data become noise, then the run"},
    {"L", "loop on or off"},
    {"G", "score field: arrows, streamlines, off"},
    {"D", "contours of the density"},
    {"T", "trails of 60 particles on or off"},
    {"M", "metrics in the captions: evaluations, distance to the data"},
    {"C", "colour by density or origin"},
    {"Click", "follow a particle, where trails are drawn"},
    {"0", "fit the view"},
    {"A", "add a pane, to compare settings"},
    {"2 … 4", "exchange a pane with the first one, which the panel sets"},
    {"S", "save a screenshot as PNG"},
    {"Ctrl+C", "copy the settings as a command line"},
    {"Ctrl+S", "save the settings as a scene file"},
    {"N", "start, pause or resume training"},
    {"P", "paint a distribution to train on"},
    {"Ctrl+Z, Ctrl+Y", "undo, redo a stroke"},
    {"PgUp, PgDn", "previous scene, next scene"},
    {"O", "list of scenes"},
    {"H", "hide or show the panel"},
    {"F5", "presenter mode: only picture and timeline, larger scene text"},
    {"F11", "full screen"},
    {"Esc", "close the dialog or menu, or cancel what is prepared"},
    {"?", "this help"},
    {"Wheel", "zoom at the pointer"},
    {"Drag", "move the picture; in three dimensions, turn it"},
    {"Right drag, Shift+drag", "move the picture in three dimensions"},
    {"Ctrl+drag, Ctrl+wheel", "in three dimensions, look around and fly from where the camera stands"},
    {"Drop a file", "open a scene (JSON), or train on a PNG, NPY, CSV or PLY file"},
    {"Ctrl+click, Tab", "type a value into a slider"},
}};

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

void read_plain_key(int key, bool shift, settings::Settings& settings, Requests& requests) {
    if (key == GLFW_KEY_SPACE) requests.toggle_play = true;
    if (key == GLFW_KEY_RIGHT) (shift ? requests.to_result : requests.step) = true;
    if (key == GLFW_KEY_LEFT) (shift ? requests.to_start : requests.step_back) = true;
    if (key == GLFW_KEY_HOME) requests.restart = true;
    if (key == GLFW_KEY_R) requests.play_backwards = true;
    if (key == GLFW_KEY_F) requests.play_forward_process = true;
    if (key == GLFW_KEY_0) requests.fit = true;
    if (key == GLFW_KEY_G) turn_field(settings.guides);
    if (key == GLFW_KEY_D) settings.guides.contours = !settings.guides.contours;
    if (key == GLFW_KEY_T) settings.guides.trails = settings.guides.trails > 0 ? 0 : kTrails;
    if (key == GLFW_KEY_M) settings.metrics = !settings.metrics;
    if (key == GLFW_KEY_C) turn_colour(settings.look);
    if (key == GLFW_KEY_A) requests.add_pane = true;
    if (key >= GLFW_KEY_2 && key <= GLFW_KEY_4) requests.choose_pane = static_cast<std::size_t>(key - GLFW_KEY_1);
    if (key == GLFW_KEY_S) requests.screenshot = true;
    if (key == GLFW_KEY_N) requests.train = true;
    if (key == GLFW_KEY_P) requests.toggle_board = true;
    if (key == GLFW_KEY_L) settings.loop = !settings.loop;
    if (key == GLFW_KEY_H) requests.toggle_panel = true;
    if (key == GLFW_KEY_PAGE_DOWN) requests.turn_scene = 1;
    if (key == GLFW_KEY_PAGE_UP) requests.turn_scene = -1;
    if (key == GLFW_KEY_O) requests.toggle_scenes = true;
    if (key == GLFW_KEY_F5) requests.toggle_presenter = true;
    if (key == GLFW_KEY_F11) requests.toggle_full_screen = true;
    if (key == GLFW_KEY_ESCAPE && !close_popup()) requests.escape = true;
}

}  // namespace

void read_keys(const std::vector<KeyPress>& keys, bool painting, settings::Settings& settings, Requests& requests) {
    const ImGuiIO& io = ImGui::GetIO();
    if (io.WantTextInput) return;
    for (const KeyPress& press : keys) {
        if (!press.control) {
            read_plain_key(press.key, press.shift, settings, requests);
        } else if (press.key == GLFW_KEY_C) {
            requests.copy_command = true;
        } else if (press.key == GLFW_KEY_S) {
            requests.save_scene = true;
        } else if (painting) {
            if (press.key == GLFW_KEY_Z) (press.shift ? requests.redo : requests.undo) = true;
            if (press.key == GLFW_KEY_Y) requests.redo = true;
        }
    }
    // Where `?` is on the keyboard depends on its layout.
    if (io.InputQueueCharacters.contains(ImWchar{'?'})) requests.toggle_help = true;
}

std::span<const Shortcut> shortcuts() {
    return kShortcuts;
}

}  // namespace scorefield::viewer
