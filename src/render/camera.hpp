#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <cstdint>
#include <span>

namespace scorefield::render {

/// A rectangle in world units.
struct Bounds {
    std::array<double, 2> low = {-1, -1};
    std::array<double, 2> high = {1, 1};

    bool operator==(const Bounds&) const = default;
};

/// The smallest bounds around points, row-major (count, dim); of one-dimensional points y is [−1, 1], of more than two
/// dimensions the first two count. Points that are not finite are left out; without any other, the default bounds.
Bounds bounds_of(std::span<const float> points, std::size_t dim);

/// A view of the plane: world y points up, pixel y down, one scale for both axes. Pixel coordinates are continuous; the
/// centre of the upper left pixel is (0.5, 0.5).
struct Camera2d {
    std::array<double, 2> centre = {0, 0};  ///< world point in the middle of the image
    double half_height = 1;                 ///< world units from the middle to the upper edge at zoom 1; > 0
    double zoom = 1;                        ///< > 0; 2 shows half as much

    bool operator==(const Camera2d&) const = default;

    /// World units per pixel.
    double pixel_size(VkExtent2D extent) const;
    std::array<double, 2> to_pixel(VkExtent2D extent, std::array<double, 2> world) const;
    std::array<double, 2> to_world(VkExtent2D extent, std::array<double, 2> pixel) const;
    /// The world rectangle that the image shows.
    Bounds visible(VkExtent2D extent) const;

    /// The content follows the pointer that moved by so many pixels.
    void pan(VkExtent2D extent, double pixels_right, double pixels_down);
    /// Multiplies the zoom (kept within 1e-3 … 1e6); the world point under `pixel` stays there.
    void zoom_at(VkExtent2D extent, std::array<double, 2> pixel, double factor);
};

/// The camera that shows all of `bounds` with a margin of `margin` times their size on every side.
Camera2d fit(const Bounds& bounds, VkExtent2D extent, double margin = 0.08);

}  // namespace scorefield::render
