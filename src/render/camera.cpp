#include "render/camera.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace scorefield::render {

Bounds bounds_of(std::span<const float> points, std::size_t dim) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    Bounds bounds{{kInfinity, kInfinity}, {-kInfinity, -kInfinity}};
    const std::size_t axes = std::min<std::size_t>(dim, 2);
    for (std::size_t at = 0; dim > 0 && at + dim <= points.size(); at += dim) {
        const auto point = points.subspan(at, axes);
        if (!std::all_of(point.begin(), point.end(), [](float v) { return std::isfinite(v); })) continue;
        for (std::size_t axis = 0; axis < axes; ++axis) {
            bounds.low[axis] = std::min(bounds.low[axis], double{point[axis]});
            bounds.high[axis] = std::max(bounds.high[axis], double{point[axis]});
        }
    }
    if (bounds.low[0] > bounds.high[0]) return {};
    if (dim == 1) bounds.low[1] = -1, bounds.high[1] = 1;
    return bounds;
}

double Camera2d::pixel_size(VkExtent2D extent) const {
    return 2 * half_height / (zoom * extent.height);
}

std::array<double, 2> Camera2d::to_pixel(VkExtent2D extent, std::array<double, 2> world) const {
    const double size = pixel_size(extent);
    return {0.5 * extent.width + (world[0] - centre[0]) / size, 0.5 * extent.height - (world[1] - centre[1]) / size};
}

std::array<double, 2> Camera2d::to_world(VkExtent2D extent, std::array<double, 2> pixel) const {
    const double size = pixel_size(extent);
    return {centre[0] + (pixel[0] - 0.5 * extent.width) * size, centre[1] - (pixel[1] - 0.5 * extent.height) * size};
}

Bounds Camera2d::visible(VkExtent2D extent) const {
    const auto upper_left = to_world(extent, {0, 0});
    const auto lower_right = to_world(extent, {double(extent.width), double(extent.height)});
    return {{upper_left[0], lower_right[1]}, {lower_right[0], upper_left[1]}};
}

void Camera2d::pan(VkExtent2D extent, double pixels_right, double pixels_down) {
    const double size = pixel_size(extent);
    centre[0] -= pixels_right * size;
    centre[1] += pixels_down * size;
}

void Camera2d::zoom_at(VkExtent2D extent, std::array<double, 2> pixel, double factor) {
    const auto before = to_world(extent, pixel);
    zoom = std::clamp(zoom * factor, 1e-3, 1e6);
    const auto after = to_world(extent, pixel);
    centre[0] += before[0] - after[0];
    centre[1] += before[1] - after[1];
}

Camera2d fit(const Bounds& bounds, VkExtent2D extent, double margin) {
    Camera2d camera;
    std::array<double, 2> half{};
    for (std::size_t axis = 0; axis < 2; ++axis) {
        camera.centre[axis] = 0.5 * (bounds.low[axis] + bounds.high[axis]);
        half[axis] = 0.5 * (bounds.high[axis] - bounds.low[axis]) * (1 + 2 * margin);
    }
    const double aspect = double(extent.width) / extent.height;
    camera.half_height = std::max(half[1], half[0] / aspect);
    if (!(camera.half_height > 0)) camera.half_height = 1;
    return camera;
}

}  // namespace scorefield::render
