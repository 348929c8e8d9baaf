#pragma once

#include <vector>

#include "app/settings.hpp"
#include "app/viewer/requests.hpp"
#include "app/viewer/window.hpp"

namespace scorefield::app {

/// What keys ask for, wherever the mouse is, unless text is being typed. Escape closes the topmost list or menu that is
/// open; where there is none it is asked for. `keys` as Window::take_keys; `painting`: the board is open.
void read_keys(const std::vector<KeyPress>& keys, bool painting, Settings& settings, Requests& requests);

/// The keys and mouse gestures, over everything.
void draw_help(bool& open);

}  // namespace scorefield::app
