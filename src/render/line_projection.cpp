#include "render/line_projection.hpp"

#include <algorithm>
#include <cmath>
#include <glm/vec4.hpp>

namespace scorefield::render {

LineProjection::LineProjection(const Camera& camera, VkExtent2D extent) : camera_(camera), extent_(extent) {
    const auto* const space = std::get_if<Camera3d>(&camera_);
    if (space == nullptr) return;
    view_ = space->view(extent);
    pixels_ = space->to_pixels(extent);
    nearest_ = space->nearest_depth(extent);
    const double radius = space->scene.radius > 0 ? space->scene.radius : 1;
    front_ = space->distance(extent) - radius;
    size_ = 2 * radius;
}

std::optional<PixelLine> LineProjection::seen(const WorldLine& line) const {
    const auto* const plane = std::get_if<Camera2d>(&camera_);
    if (plane == nullptr) return seen_in_space(line);
    return shown(plane->to_pixel(extent_, line.from), plane->to_pixel(extent_, line.to), line.width, line.ink);
}

std::optional<PixelLine> LineProjection::seen_in_space(const WorldLine& line) const {
    glm::dvec4 from(line.from[0], line.from[1], line.from_z, 1);
    glm::dvec4 to(line.to[0], line.to[1], line.to_z, 1);
    const double from_depth = -(view_ * from).z;
    const double to_depth = -(view_ * to).z;
    if (!(from_depth > nearest_ || to_depth > nearest_)) return std::nullopt;
    const glm::dvec4 along = to - from;
    const double cut = (nearest_ - from_depth) / (to_depth - from_depth);
    if (from_depth < nearest_) {
        from += cut * along;
    } else if (to_depth < nearest_) {
        to = from + cut * along;
    }
    const auto pixel = [&](const glm::dvec4& point) {
        const glm::dvec4 at = pixels_ * point;
        return std::array{at.x / at.w, at.y / at.w};
    };
    constexpr double kLost = 0.5;  // of the ink, at the back of what the camera was fitted to
    const double depth = 0.5 * (std::max(from_depth, nearest_) + std::max(to_depth, nearest_));
    const double share = std::clamp((depth - front_) / size_, 0.0, 1.0);
    const float alpha = line.ink.alpha * static_cast<float>(1 - kLost * share);
    return shown(pixel(from), pixel(to), line.width, {line.ink.colour, alpha});
}

std::optional<PixelLine> LineProjection::shown(const std::array<double, 2>& from, const std::array<double, 2>& to,
                                               double width, const Ink& ink) const {
    const bool outside = std::max(from[0], to[0]) < -width || std::min(from[0], to[0]) > extent_.width + width ||
                         std::max(from[1], to[1]) < -width || std::min(from[1], to[1]) > extent_.height + width;
    if (outside) return std::nullopt;
    return PixelLine{from, to, ink};
}

}  // namespace scorefield::render
