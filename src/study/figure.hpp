#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gpu/device.hpp"
#include "render/camera.hpp"
#include "render/plot.hpp"
#include "session/engine.hpp"

namespace scorefield::study {

/// Points (n, 2) row-major, shown as particles.
struct Cloud {
    std::string caption;
    std::span<const float> rows;
};

/// A picture of several panels for a lecture: curves and clouds in a grid under a title. Panels are added row by row,
/// from the left.
class Figure {
  public:
    /// Drawn by the engine if it is a Vulkan device, else by the best one that there is. Throws base::Error (running)
    /// where there is none.
    Figure(session::Engine& engine, const std::string& title, std::uint32_t columns, std::uint32_t rows);

    void add_curves(const render::Plot& plot);
    /// Clouds side by side, all seen by one window that shows `bounds` whole.
    void add_clouds(const std::string& title, const std::vector<Cloud>& clouds, const render::Bounds& bounds);

    /// Draws what was added and writes it as PNG. Throws base::Error (running) with the path.
    void write(const std::filesystem::path& path);

  private:
    render::Area next_panel();
    void paste(const render::Picture& picture, const render::Area& area);

    std::unique_ptr<gpu::Device> own_device_;  ///< null: the engine's
    gpu::Device& device_;
    std::uint32_t columns_;
    std::uint32_t panels_ = 0;
    render::Picture sheet_;
    render::Canvas canvas_;
};

}  // namespace scorefield::study
