#pragma once

#include "viewer/element.hpp"

namespace scorefield::viewer {

/// Declares the panel at the left of the window, with all elements that have a place in it, in their order.
void draw_panel(Context& context, const Elements& elements);

}  // namespace scorefield::viewer
