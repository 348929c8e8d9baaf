#pragma once

#include <vulkan/vulkan.h>

#include "render/camera.hpp"
#include "render/canvas.hpp"
#include "render/look.hpp"
#include "render/scalar_field.hpp"

namespace scorefield::render {

/// Draws axes with ticks and names, scale bar, legends and captions onto a canvas, in proportions that suit the
/// picture's height; what has no room on a small picture is left out. `field`: what is shown under the particles, which
/// has a legend of its own; null: none.
void annotate(Canvas& canvas, VkExtent2D extent, const Camera2d& camera, const Look& look, const Captions& captions,
              bool overlay_shown, const ScalarField* field = nullptr);

}  // namespace scorefield::render
