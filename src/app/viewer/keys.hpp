#pragma once

#include <vector>

#include "app/settings.hpp"
#include "app/viewer/requests.hpp"
#include "app/viewer/window.hpp"

namespace scorefield::app {

/// Turns key presses into requests; ignored while a text field is active. Escape closes the topmost popup; without a
/// popup it sets requests.escape. `keys` as Window::take_keys; `painting`: the board is open.
void read_keys(const std::vector<KeyPress>& keys, bool painting, Settings& settings, Requests& requests);

/// The keys and mouse gestures, over everything.
void draw_help(bool& open);

}  // namespace scorefield::app
