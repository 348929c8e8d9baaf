#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "viewer/context.hpp"

namespace scorefield::viewer {

/// A pane and a place in it.
struct Pointer {
    std::size_t pane = 0;
    std::array<double, 2> pixel{};  ///< from the pane's upper left corner
};

/// Where the mouse is on the picture; none on the panel, on other widgets and between panes. Needs a scene.
std::optional<Pointer> pointer_on_picture(Context& context);

}  // namespace scorefield::viewer
