#include "render/plot_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "gpu/buffer.hpp"
#include "gpu/image.hpp"
#include "gpu/recorder.hpp"
#include "gpu/transfer.hpp"
#include "render/background.hpp"
#include "render/capture.hpp"
#include "render/mark_pass.hpp"

namespace scorefield::render {
namespace {

void draw_alone(DrawingSurface& surface, const Plot& plot, std::uint32_t width, std::uint32_t height) {
    const Area area = {0, 0, static_cast<double>(width), static_cast<double>(height)};
    draw_plot_ground(surface, area);
    draw_plot(surface, area, plot);
}

}  // namespace

Picture with_marks(gpu::Device& device, const Picture& below, const Canvas& canvas) {
    const gpu::Image image(
        device, "figure", VK_FORMAT_R8G8B8A8_UNORM, {below.width, below.height},
        VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    const gpu::Buffer staging = gpu::make_buffer<std::uint8_t>(device, "figure", below.rgba);
    MarkPass marks(device, 1, VK_FORMAT_R8G8B8A8_UNORM, std::max<std::size_t>(1, canvas.marks().size()));
    gpu::Recorder recorder(device, "figure");
    Capture capture(device, 1);
    recorder.begin();
    recorder.copy(staging, image);
    marks.record(recorder, canvas, image);
    capture.record(recorder, image);
    capture.submitted(device.submit(recorder));
    return capture.take();
}

void draw_plot_ground(DrawingSurface& surface, const Area& area) {
    const Area inside = plot_inside(area);
    surface.rectangle(inside.x, inside.y, inside.width, inside.height, {palette_of(Background::dark).ground, 1});
}

Picture plot_picture(gpu::Device& device, const Plot& plot, std::uint32_t width, std::uint32_t height) {
    Canvas canvas;
    draw_alone(canvas, plot, width, height);
    return with_marks(device, blank_picture(width, height, palette_of(Background::dark).paper), canvas);
}

SvgCanvas plot_svg(const Plot& plot, std::uint32_t width, std::uint32_t height) {
    SvgCanvas svg(width, height, palette_of(Background::dark).paper, plot.title);
    draw_alone(svg, plot, width, height);
    return svg;
}

}  // namespace scorefield::render
