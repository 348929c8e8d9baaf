#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/png_text.hpp"
#include "gpu/device.hpp"
#include "render/camera.hpp"
#include "render/picture.hpp"
#include "render/plot.hpp"
#include "session/engine.hpp"

namespace scorefield::study {

/// Points (n, 2) row-major, shown as particles.
struct Cloud {
    std::string caption;
    std::span<const float> rows;
};

/// The panels of a figure: how many, and the size of each in pixels.
struct FigureLayout {
    std::uint32_t columns = 1;
    std::uint32_t rows = 1;
    std::uint32_t panel_width = 640;
    std::uint32_t panel_height = 500;
};

/// A picture of several panels: curves and clouds in a grid under a title. Panels are added row by row, from the left.
/// It is written as PNG or, where the path ends in .svg, as SVG: curves and text as such, clouds as pictures.
class Figure {
  public:
    /// `path` is where `write` puts it. PNG files are drawn by the engine if it is a Vulkan device, else by the best
    /// one that there is, and so are clouds. Throws base::Error (running) if a PNG file is asked for and there is no
    /// device.
    Figure(session::Engine& engine, std::string title, const FigureLayout& layout, std::filesystem::path path);
    /// The same without an engine.
    Figure(std::string title, const FigureLayout& layout, std::filesystem::path path);

    /// Opens the device that add_clouds needs, to find out before long work that there is none. Throws base::Error
    /// (running) then.
    void require_device();

    void add_curves(render::Plot plot);
    /// Clouds side by side, all seen by one window that shows `bounds` whole.
    void add_clouds(const std::string& title, const std::vector<Cloud>& clouds, const render::Bounds& bounds);

    /// Draws what was added and writes it; `texts` are what a PNG says beside the picture. The file appears whole or
    /// not at all. Throws base::Error (running) with the path.
    void write(std::span<const data::PngText> texts = {});

  private:
    Figure(session::Engine* engine, std::string title, const FigureLayout& layout, std::filesystem::path path);

    /// A plot and where it stands; `ground` for those that have no picture below them.
    struct Panel {
        render::Area area;
        render::Plot plot;
        bool ground = true;
    };
    struct Pasted {
        render::Area area;
        render::Picture picture;
    };

    bool is_svg() const;
    std::uint32_t width() const;
    std::uint32_t height() const;
    gpu::Device& device();
    render::Area next_panel();
    void draw(render::DrawingSurface& surface) const;
    render::Picture sheet() const;

    session::Engine* engine_;                  ///< null: none
    std::unique_ptr<gpu::Device> own_device_;  ///< null: the engine's, or none is needed yet
    std::string title_;
    FigureLayout layout_;
    std::filesystem::path path_;
    std::uint32_t used_ = 0;  ///< panels
    std::vector<Panel> panels_;
    std::vector<Pasted> pasted_;
};

}  // namespace scorefield::study
