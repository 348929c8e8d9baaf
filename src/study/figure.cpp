#include "study/figure.hpp"

#include <utility>

#include "base/names.hpp"
#include "data/points.hpp"
#include "gpu/buffer.hpp"
#include "gpu/recorder.hpp"
#include "gpu/transfer.hpp"
#include "render/capture.hpp"
#include "render/look.hpp"
#include "render/plot_picture.hpp"
#include "render/png_file.hpp"
#include "render/renderer.hpp"
#include "session/gpu_engine.hpp"

namespace scorefield::study {
namespace {

constexpr std::uint32_t kTitleHeight = 56;
constexpr std::uint32_t kMargin = 12;
constexpr render::Colour kBright = {0.97f, 0.97f, 0.98f};

VkExtent2D extent_of(const render::Area& area) {
    return {static_cast<std::uint32_t>(area.width), static_cast<std::uint32_t>(area.height)};
}

/// The frame of a picture that this camera has taken.
render::Plot frame_of(const std::string& title, const render::Camera2d& camera, VkExtent2D extent) {
    const render::Bounds seen = camera.visible(extent);
    render::Plot frame;
    frame.title = title;
    frame.x = {.label = "", .low = seen.low[0], .high = seen.high[0]};
    frame.y = {.label = "", .low = seen.low[1], .high = seen.high[1]};
    return frame;
}

/// The particles alone, without axes and captions.
render::Picture picture_of(gpu::Device& device, std::span<const float> rows, const render::Camera2d& camera,
                           VkExtent2D extent) {
    constexpr std::uint32_t kDim = 2;
    const auto count = static_cast<std::uint32_t>(rows.size() / kDim);
    render::Renderer renderer(device, extent, count);
    const gpu::Buffer planes = gpu::make_buffer<float>(device, "cloud", data::to_planes(rows, kDim));
    render::Look look;
    look.axes = false;
    gpu::Recorder recorder(device, "cloud");
    render::Capture capture(device, 1);
    recorder.begin();
    renderer.record(recorder, {planes, 0, count, count, kDim}, camera, look, {});
    capture.record(recorder, renderer.scene());
    capture.submitted(device.submit(recorder));
    return capture.take();
}

}  // namespace

Figure::Figure(session::Engine& engine, std::string title, const FigureLayout& layout, std::filesystem::path path)
    : Figure(&engine, std::move(title), layout, std::move(path)) {}

Figure::Figure(std::string title, const FigureLayout& layout, std::filesystem::path path)
    : Figure(nullptr, std::move(title), layout, std::move(path)) {}

Figure::Figure(session::Engine* engine, std::string title, const FigureLayout& layout, std::filesystem::path path)
    : engine_(engine), title_(std::move(title)), layout_(layout), path_(std::move(path)) {
    if (!is_svg()) require_device();
}

bool Figure::is_svg() const {
    return base::lower_case(path_.extension().string()) == ".svg";
}

std::uint32_t Figure::width() const {
    return layout_.columns * layout_.panel_width + kMargin;
}

std::uint32_t Figure::height() const {
    return layout_.rows * layout_.panel_height + kTitleHeight;
}

gpu::Device& Figure::device() {
    if (auto* const on_gpu = dynamic_cast<session::GpuEngine*>(engine_)) return on_gpu->device();
    if (!own_device_) own_device_ = std::make_unique<gpu::Device>(gpu::DeviceRequest{});
    return *own_device_;
}

void Figure::require_device() {
    static_cast<void>(device());
}

render::Area Figure::next_panel() {
    const std::uint32_t row = used_ / layout_.columns;
    const std::uint32_t column = used_ % layout_.columns;
    ++used_;
    return {static_cast<double>(column * layout_.panel_width),
            static_cast<double>(kTitleHeight + row * layout_.panel_height), static_cast<double>(layout_.panel_width),
            static_cast<double>(layout_.panel_height)};
}

void Figure::add_curves(render::Plot plot) {
    panels_.push_back({next_panel(), std::move(plot)});
}

void Figure::add_clouds(const std::string& title, const std::vector<Cloud>& clouds, const render::Bounds& bounds) {
    const render::Area panel = next_panel();
    const double width = panel.width / static_cast<double>(clouds.size());
    for (std::size_t i = 0; i < clouds.size(); ++i) {
        const render::Area part = {panel.x + static_cast<double>(i) * width, panel.y, width, panel.height};
        const render::Area inside = render::plot_inside(part);
        const VkExtent2D extent = extent_of(inside);
        const render::Camera2d camera = render::fit(bounds, extent, 0);
        pasted_.push_back({inside, picture_of(device(), clouds[i].rows, camera, extent)});
        render::Plot frame = frame_of(i == 0 ? title : "", camera, extent);
        frame.y.label = clouds[i].caption;
        panels_.push_back({part, std::move(frame), false});
    }
}

void Figure::draw(render::DrawingSurface& surface) const {
    surface.text(2.0 * kMargin, kMargin, render::glyph_atlas().size_for(28), title_, {kBright, 1});
    for (const Panel& panel : panels_) {
        if (panel.ground) render::draw_plot_ground(surface, panel.area);
        render::draw_plot(surface, panel.area, panel.plot);
    }
}

/// The ground with the pasted pictures.
render::Picture Figure::sheet() const {
    render::Picture sheet =
        render::blank_picture(width(), height(), render::palette_of(render::Background::dark).paper);
    for (const auto& [area, picture] : pasted_) {
        render::paste(sheet, picture, static_cast<std::uint32_t>(area.x), static_cast<std::uint32_t>(area.y));
    }
    return sheet;
}

void Figure::write(std::span<const data::PngText> texts) {
    if (is_svg()) {
        render::SvgCanvas svg(width(), height(), render::palette_of(render::Background::dark).paper, title_);
        for (const auto& [area, picture] : pasted_) {
            svg.image(area.x, area.y, area.width, area.height, render::encode_png(path_, picture));
        }
        draw(svg);
        render::write_svg(path_, svg);
        return;
    }
    render::Canvas canvas;
    draw(canvas);
    render::write_png(path_, render::with_marks(device(), sheet(), canvas), texts);
}

}  // namespace scorefield::study
