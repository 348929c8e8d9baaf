#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <cstddef>
#include <glm/mat4x4.hpp>
#include <optional>
#include <span>
#include <variant>

#include "render/camera.hpp"
#include "render/orbit.hpp"

namespace scorefield::render {

using Point3 = std::array<double, 3>;

/// A ball in world units.
struct Ball {
    Point3 centre = {0, 0, 0};
    double radius = 1;

    bool operator==(const Ball&) const = default;
};

/// A ball around points, row-major (count, dim ≥ 3): about the middle of their bounding box, as far as the farthest.
/// Points that are not finite are left out; without any other, the default ball.
Ball ball_of(std::span<const float> points, std::size_t dim);
/// The smallest ball around both.
Ball join(const Ball& a, const Ball& b);

/// A point in the picture. Pixel coordinates are those of Camera2d.
struct PixelPoint {
    double x = 0;
    double y = 0;
    double depth = 0;  ///< world units from the camera along its view; orthographic: may be negative
};

/// A view of space that shows the whole ball `scene` at zoom 1, whatever the picture's shape and the angles of the
/// orbit.
struct Camera3d {
    static constexpr double kFieldOfView = 35;  ///< degrees, from the lower to the upper edge
    static constexpr double kMargin = 1.03;     ///< multiple of the ball's radius
    static constexpr double kNearest = 0.02;    ///< least depth that perspective shows, as a share of distance()

    Ball scene;
    Orbit orbit;

    bool operator==(const Camera3d&) const = default;

    /// The world point in the middle of the picture.
    Point3 target() const;
    /// World units from the camera to target().
    double distance(VkExtent2D extent) const;
    double fitted_distance(VkExtent2D extent) const;
    /// Least depth of what is shown; −∞ for the orthographic projection.
    double nearest_depth(VkExtent2D extent) const;
    /// World units per pixel at target().
    double pixel_size(VkExtent2D extent) const { return pixel_size_at(extent, distance(extent)); }
    double pixel_size_at(VkExtent2D extent, double depth) const;

    /// From the world to the camera's axes: right, up, and back towards the viewer, with the camera at the origin.
    glm::dmat4 view(VkExtent2D extent) const;
    /// From world (x, y, z, 1) to (x·w, y·w, ·, w) in pixels.
    glm::dmat4 to_pixels(VkExtent2D extent) const;

    /// None where perspective does not show the point: nearer than nearest_depth.
    std::optional<PixelPoint> to_pixel(VkExtent2D extent, const Point3& world) const;
    Point3 to_world(VkExtent2D extent, const PixelPoint& pixel) const;

    /// What is at the depth of target() follows the pointer that moved by so many pixels.
    void pan(VkExtent2D extent, double pixels_right, double pixels_down);
};

/// What a picture is seen through.
using Camera = std::variant<Camera2d, Camera3d>;

}  // namespace scorefield::render
