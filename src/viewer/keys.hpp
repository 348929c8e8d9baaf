#pragma once

#include <vector>

#include "settings/settings.hpp"
#include "viewer/requests.hpp"
#include "viewer/window.hpp"

namespace scorefield::viewer {

/// Turns key presses into requests; ignored while a text field is active. Escape closes the topmost popup; without a
/// popup it sets requests.escape. `keys` as Window::take_keys; `painting`: the board is open.
void read_keys(const std::vector<KeyPress>& keys, bool painting, settings::Settings& settings, Requests& requests);

/// The keys and mouse gestures, over everything.
void draw_help(bool& open);

}  // namespace scorefield::viewer
