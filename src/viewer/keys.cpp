#include "viewer/keys.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <array>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace scorefield::viewer {
namespace {

constexpr std::array<Shortcut, 19> kShortcuts = {{
    {"Space", "play or pause"},
    {"← →", "one step back or forward"},
    {"Shift+← →", "first state (noise), last state (samples)"},
    {"R", "restart from noise"},
    {"L", "loop on or off"},
    {"F", "fit the view"},
    {"S", "save a screenshot as PNG"},
    {"Ctrl+C", "copy the settings as a command line"},
    {"Ctrl+S", "save the settings as a scene file"},
    {"T", "start, pause or resume training"},
    {"D", "paint a distribution to train on"},
    {"Ctrl+Z, Ctrl+Y", "undo, redo a stroke"},
    {"H", "hide or show the panel"},
    {"Esc", "close the dialog or menu, or cancel what is prepared"},
    {"?", "this help"},
    {"Wheel", "zoom at the pointer"},
    {"Drag", "move the picture"},
    {"Drop a file", "train on a PNG, NPY, CSV or PLY file"},
    {"Ctrl+click, Tab", "type a value into a slider"},
}};

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
    if (key == GLFW_KEY_R) requests.restart = true;
    if (key == GLFW_KEY_F) requests.fit = true;
    if (key == GLFW_KEY_S) requests.screenshot = true;
    if (key == GLFW_KEY_T) requests.train = true;
    if (key == GLFW_KEY_D) requests.toggle_board = true;
    if (key == GLFW_KEY_L) settings.loop = !settings.loop;
    if (key == GLFW_KEY_H) requests.toggle_panel = true;
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
