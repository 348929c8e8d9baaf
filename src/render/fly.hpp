#pragma once

#include <vulkan/vulkan.h>

#include "render/camera3d.hpp"

namespace scorefield::render {

/// Turns the view around the camera, which stays where it is. The content follows a pointer that moved by so many
/// pixels near the middle of the picture.
void look_around(Camera3d& camera, VkExtent2D extent, double pixels_right, double pixels_down);

/// Moves the camera along its view by `share` of its distance from the target, which moves with it.
void fly_ahead(Camera3d& camera, VkExtent2D extent, double share);

}  // namespace scorefield::render
