#pragma once

#include <array>
#include <string>

#include "render/camera3d.hpp"
#include "render/canvas.hpp"

namespace scorefield::render {

/// Draws the directions of the world's axes, with their names, around the pixel (x, y). `length`: pixels of an axis
/// that lies in the picture's plane. Axes that point away from the camera are fainter.
void draw_axis_triad(Canvas& canvas, double x, double y, double length, const FontSize& font, const Orbit& orbit,
                     const std::array<Colour, 3>& colours, const std::array<std::string, 3>& names);

}  // namespace scorefield::render
