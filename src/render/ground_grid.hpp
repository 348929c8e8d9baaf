#pragma once

#include <vulkan/vulkan.h>

#include "render/camera3d.hpp"
#include "render/canvas.hpp"

namespace scorefield::render {

/// World units between the lines of the ground grid: 1, 2 or 5 times a power of ten.
double grid_spacing(const Camera3d& camera);

/// Draws a grid below what the camera shows, at multiples of the spacing. It fades outwards, and where it is seen at a
/// grazing angle, in which its lines would run together.
void draw_ground_grid(Canvas& canvas, VkExtent2D extent, const Camera3d& camera, const Colour& colour);

}  // namespace scorefield::render
