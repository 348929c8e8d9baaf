#include "render/fly.hpp"

#include <algorithm>
#include <cstddef>
#include <glm/vec3.hpp>

namespace scorefield::render {
namespace {

/// The way from the target to the camera.
glm::dvec3 way_back(const Camera3d& camera, VkExtent2D extent) {
    const glm::dmat4 view = camera.view(extent);
    return camera.distance(extent) * glm::dvec3(view[0].z, view[1].z, view[2].z);
}

void move_target(Camera3d& camera, const glm::dvec3& way) {
    const double radius = camera.scene.radius > 0 ? camera.scene.radius : 1;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const double moved = camera.orbit.pan.at(axis) + way[static_cast<glm::length_t>(axis)] / radius;
        camera.orbit.pan.at(axis) = std::clamp(moved, -kMostPan, kMostPan);
    }
}

}  // namespace

void look_around(Camera3d& camera, VkExtent2D extent, double pixels_right, double pixels_down) {
    const double degrees_per_pixel = Camera3d::kFieldOfView / extent.height;
    const glm::dvec3 before = way_back(camera, extent);
    Orbit& orbit = camera.orbit;
    orbit.azimuth = wrapped(orbit.azimuth + degrees_per_pixel * pixels_right);
    orbit.elevation = std::clamp(orbit.elevation - degrees_per_pixel * pixels_down, -kMostElevation, kMostElevation);
    move_target(camera, before - way_back(camera, extent));
}

void fly_ahead(Camera3d& camera, VkExtent2D extent, double share) {
    move_target(camera, -share * way_back(camera, extent));
}

}  // namespace scorefield::render
