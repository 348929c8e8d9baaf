#pragma once

#include <span>
#include <vector>

#include "settings/settings.hpp"
#include "viewer/requests.hpp"
#include "viewer/window.hpp"

namespace scorefield::viewer {

/// Turns key presses into requests; ignored while a text field is active. Escape closes the topmost popup; without a
/// popup it sets requests.escape. `keys` as Window::take_keys; `painting`: the board is open.
void read_keys(const std::vector<KeyPress>& keys, bool painting, settings::Settings& settings, Requests& requests);

/// A key or mouse gesture and what it does.
struct Shortcut {
    const char* key;
    const char* action;
};

/// All shortcuts, for the help window.
std::span<const Shortcut> shortcuts();

}  // namespace scorefield::viewer
