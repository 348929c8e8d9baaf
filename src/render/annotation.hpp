#pragma once

#include <vulkan/vulkan.h>

#include "render/camera.hpp"
#include "render/canvas.hpp"
#include "render/extras.hpp"
#include "render/look.hpp"

namespace scorefield::render {

/// Draws axes with ticks and names, scale bar, legends and captions onto a canvas, in proportions that suit the
/// picture's height; what has no room on a small picture is left out. `extras`: what else is shown, with legends of its
/// own.
void annotate(Canvas& canvas, VkExtent2D extent, const Camera2d& camera, const Look& look, const Captions& captions,
              bool overlay_shown, const Extras& extras = {});

}  // namespace scorefield::render
