#pragma once

#include <span>
#include <vector>

#include "settings/settings.hpp"
#include "viewer/requests.hpp"
#include "viewer/window.hpp"

namespace scorefield::viewer {

/// Turns key presses into requests; ignored while a text field is active. Escape closes the topmost popup; without a
/// popup it sets requests.escape. `keys` as Window::take_keys.
void read_keys(const std::vector<KeyPress>& keys, settings::Settings& settings, Requests& requests);

/// What a key does, or a gesture of the mouse.
struct KeyCommand {
    const char* key = "";                                                        ///< the key's or the gesture's name
    const char* action = "";                                                     ///< what it does
    bool Requests::*request = nullptr;                                           ///< that it sets, if any
    void (*change)(settings::Settings& settings, Requests& requests) = nullptr;  ///< what it does else

    bool is_gesture() const { return request == nullptr && change == nullptr; }
    void run(settings::Settings& settings, Requests& requests) const {
        if (request != nullptr) requests.*request = true;
        if (change != nullptr) change(settings, requests);
    }
};

/// All of them, for the help window and the command palette.
std::span<const KeyCommand> key_commands();

}  // namespace scorefield::viewer
