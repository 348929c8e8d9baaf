#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <glm/mat4x4.hpp>
#include <optional>

#include "render/camera3d.hpp"
#include "render/line_drawing.hpp"

namespace scorefield::render {

/// A line in pixels of the picture.
struct PixelLine {
    std::array<double, 2> from{};
    std::array<double, 2> to{};
    Ink ink;  ///< fainter far from a camera in space
};

/// Where a camera shows lines.
class LineProjection {
  public:
    LineProjection(const Camera& camera, VkExtent2D extent);

    /// None where the line is off the picture. What is behind the camera is cut off.
    std::optional<PixelLine> seen(const WorldLine& line) const;

  private:
    std::optional<PixelLine> seen_in_space(const WorldLine& line) const;
    std::optional<PixelLine> shown(const std::array<double, 2>& from, const std::array<double, 2>& to, double width,
                                   const Ink& ink) const;

    Camera camera_;
    VkExtent2D extent_;
    // In space only.
    glm::dmat4 view_{1};
    glm::dmat4 pixels_{1};
    double nearest_ = 0;
    double front_ = 0;  ///< depth of the ball that the camera was fitted to, and its size
    double size_ = 1;
};

}  // namespace scorefield::render
