#pragma once

#include <cstdint>

#include "gpu/device.hpp"
#include "render/canvas.hpp"
#include "render/picture.hpp"
#include "render/plot.hpp"
#include "render/svg_canvas.hpp"

namespace scorefield::render {

/// `below` with the marks of the canvas over it. Makes pipelines and waits for the device; usable on any thread.
Picture with_marks(gpu::Device& device, const Picture& below, const Canvas& canvas);

/// The ground behind the curves of a plot, within its axes.
void draw_plot_ground(DrawingSurface& surface, const Area& area);

/// A plot alone, as a picture of this size in pixels or as a document in SVG. The picture waits for the device.
Picture plot_picture(gpu::Device& device, const Plot& plot, std::uint32_t width, std::uint32_t height);
SvgCanvas plot_svg(const Plot& plot, std::uint32_t width, std::uint32_t height);

}  // namespace scorefield::render
