#pragma once

#include <vulkan/vulkan.h>

#include "render/camera3d.hpp"
#include "render/canvas.hpp"
#include "render/extras.hpp"
#include "render/look.hpp"

namespace scorefield::render {

/// Draws axes with ticks and names, scale bar (in space: the directions of the axes and the spacing of the ground
/// grid), legends and captions onto a canvas, in proportions that suit the picture's height; what has no room on a
/// small picture is left out. `extras`: what else is shown, with legends of its own.
void annotate(Canvas& canvas, VkExtent2D extent, const Camera& camera, const Look& look, const Captions& captions,
              bool overlay_shown, const Extras& extras = {});

}  // namespace scorefield::render
