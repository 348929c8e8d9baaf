#include "render/camera3d.hpp"

#include <algorithm>
#include <cmath>
#include <glm/ext/matrix_clip_space.hpp>
#include <glm/ext/matrix_transform.hpp>
#include <glm/geometric.hpp>
#include <glm/matrix.hpp>
#include <glm/trigonometric.hpp>
#include <glm/vec3.hpp>
#include <glm/vec4.hpp>
#include <limits>

namespace scorefield::render {
namespace {

glm::dvec3 vector_of(const Point3& point) {
    return {point[0], point[1], point[2]};
}

Point3 point_of(const glm::dvec3& vector) {
    return {vector.x, vector.y, vector.z};
}

double aspect_of(VkExtent2D extent) {
    return static_cast<double>(extent.width) / extent.height;
}

double half_view() {
    return glm::radians(0.5 * Camera3d::kFieldOfView);
}

/// The camera's axes in the world. They are defined at the poles too, where no axis could be called up.
struct Axes {
    glm::dvec3 right;
    glm::dvec3 up;
    glm::dvec3 back;
};

Axes axes_of(const Orbit& orbit) {
    const double azimuth = glm::radians(orbit.azimuth);
    const double elevation = glm::radians(orbit.elevation);
    const glm::dvec3 right(-std::sin(azimuth), std::cos(azimuth), 0);
    const glm::dvec3 back(std::cos(elevation) * std::cos(azimuth), std::cos(elevation) * std::sin(azimuth),
                          std::sin(elevation));
    return {right, glm::cross(back, right), back};
}

bool is_finite(std::span<const float> point) {
    return std::ranges::all_of(point, [](float value) { return std::isfinite(value); });
}

}  // namespace

Ball ball_of(std::span<const float> points, std::size_t dim) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    glm::dvec3 low(kInfinity);
    glm::dvec3 high(-kInfinity);
    const auto for_each = [&](const auto& take) {
        for (std::size_t at = 0; dim >= 3 && at + dim <= points.size(); at += dim) {
            const auto point = points.subspan(at, 3);
            if (is_finite(point)) take(glm::dvec3(point[0], point[1], point[2]));
        }
    };
    for_each([&](const glm::dvec3& point) {
        low = glm::min(low, point);
        high = glm::max(high, point);
    });
    if (low.x > high.x) return {};
    const glm::dvec3 centre = 0.5 * (low + high);
    double radius = 0;
    for_each([&](const glm::dvec3& point) { radius = std::max(radius, glm::distance(point, centre)); });
    return {point_of(centre), radius};
}

Ball join(const Ball& a, const Ball& b) {
    const glm::dvec3 from = vector_of(a.centre);
    const glm::dvec3 to = vector_of(b.centre);
    const double apart = glm::distance(from, to);
    if (apart + b.radius <= a.radius) return a;
    if (apart + a.radius <= b.radius) return b;
    const double radius = 0.5 * (apart + a.radius + b.radius);
    return {point_of(glm::mix(from, to, (radius - a.radius) / apart)), radius};
}

Point3 Camera3d::target() const {
    return point_of(vector_of(scene.centre) + scene.radius * vector_of(orbit.pan));
}

double Camera3d::fitted_distance(VkExtent2D extent) const {
    const double across = std::atan(std::tan(half_view()) * aspect_of(extent));
    const double radius = scene.radius > 0 ? scene.radius : 1;
    return kMargin * radius / std::sin(std::min(half_view(), across));
}

double Camera3d::distance(VkExtent2D extent) const {
    return fitted_distance(extent) / orbit.zoom;
}

double Camera3d::nearest_depth(VkExtent2D extent) const {
    if (orbit.projection == Projection::orthographic) return -std::numeric_limits<double>::infinity();
    return kNearest * distance(extent);
}

double Camera3d::pixel_size_at(VkExtent2D extent, double depth) const {
    const double plane = orbit.projection == Projection::orthographic ? distance(extent) : depth;
    return 2 * plane * std::tan(half_view()) / extent.height;
}

glm::dmat4 Camera3d::view(VkExtent2D extent) const {
    const Axes axes = axes_of(orbit);
    const glm::dmat4 turned = glm::transpose(glm::dmat4(glm::dvec4(axes.right, 0), glm::dvec4(axes.up, 0),
                                                        glm::dvec4(axes.back, 0), glm::dvec4(0, 0, 0, 1)));
    return glm::translate(glm::dmat4(1), glm::dvec3(0, 0, -distance(extent))) *
           glm::translate(turned, -vector_of(target()));
}

glm::dmat4 Camera3d::to_pixels(VkExtent2D extent) const {
    const double half_height = 0.5 * extent.height * pixel_size(extent);
    const double half_width = half_height * aspect_of(extent);
    const double away = distance(extent);
    const glm::dmat4 projection =
        orbit.projection == Projection::orthographic
            ? glm::orthoRH_ZO(-half_width, half_width, -half_height, half_height, -away, 2 * away)
            : glm::infinitePerspectiveRH(2 * half_view(), aspect_of(extent), kNearest * away);
    glm::dmat4 viewport(1);
    viewport[0][0] = 0.5 * extent.width;
    viewport[1][1] = -0.5 * extent.height;
    viewport[3][0] = 0.5 * extent.width;
    viewport[3][1] = 0.5 * extent.height;
    return viewport * projection * view(extent);
}

std::optional<PixelPoint> Camera3d::to_pixel(VkExtent2D extent, const Point3& world) const {
    const glm::dvec4 point(vector_of(world), 1);
    const double depth = -(view(extent) * point).z;
    if (!(depth >= nearest_depth(extent))) return std::nullopt;
    const glm::dvec4 pixel = to_pixels(extent) * point;
    return PixelPoint{pixel.x / pixel.w, pixel.y / pixel.w, depth};
}

Point3 Camera3d::to_world(VkExtent2D extent, const PixelPoint& pixel) const {
    const double size = pixel_size_at(extent, pixel.depth);
    const glm::dvec4 seen((pixel.x - 0.5 * extent.width) * size, (0.5 * extent.height - pixel.y) * size, -pixel.depth,
                          1);
    return point_of(glm::dvec3(glm::inverse(view(extent)) * seen));
}

void Camera3d::pan(VkExtent2D extent, double pixels_right, double pixels_down) {
    const Axes axes = axes_of(orbit);
    const double step = pixel_size(extent) / (scene.radius > 0 ? scene.radius : 1);
    const glm::dvec3 moved = vector_of(orbit.pan) - step * pixels_right * axes.right + step * pixels_down * axes.up;
    for (glm::length_t axis = 0; axis < 3; ++axis) {
        orbit.pan[static_cast<std::size_t>(axis)] = std::clamp(moved[axis], -kMostPan, kMostPan);
    }
}

}  // namespace scorefield::render
