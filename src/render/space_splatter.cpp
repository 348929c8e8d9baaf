#include "render/space_splatter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "shaders/render/splat_space.comp.hpp"

namespace scorefield::render {
namespace {

/// Copies row `row` of a matrix in single precision.
void set_row(float (&to)[4], const glm::dmat4& matrix, glm::length_t row) {
    for (glm::length_t column = 0; column < 4; ++column) to[column] = static_cast<float>(matrix[column][row]);
}

/// The radius of footprints for so many particles on the picture.
std::uint32_t radius_for(std::uint32_t count) {
    constexpr std::uint32_t kSparse = 5000;
    constexpr std::uint32_t kLoose = 20'000;
    if (count < kSparse) return 3;
    return count < kLoose ? 2 : 1;
}

}  // namespace

ToneScale SpaceView::tone_scale(std::uint32_t count, VkExtent2D extent) const {
    const double fade = 1 - fade_rate * std::clamp(camera.distance(extent) - fade_front, 0.0, fade_range);
    return {count, weights.unit * fade * fade, camera.pixel_size(extent), weights.colour_levels()};
}

SpaceView space_view(const Camera3d& camera, VkExtent2D extent, const Look& look, std::uint32_t count, bool coloured) {
    constexpr std::uint32_t kFew = 50'000;    // whose dots may have the largest radius at any zoom
    constexpr std::uint32_t kMany = 200'000;  // which need no smooth dots one by one
    constexpr double kNearest = 4;            // weight of the nearest particles over that at the target
    const bool by_distance = look.point_size_unit == PointSizeUnit::world;
    const bool perspective = camera.orbit.projection == Projection::perspective;
    SpaceView view;
    view.camera = camera;
    const double nominal =
        look.dot_radius > 0 ? look.dot_radius : static_cast<double>(automatic_radius(count, extent.height));
    view.radius = by_distance ? nominal * camera.orbit.zoom : nominal;
    view.size_depth = by_distance && perspective ? camera.distance(extent) : 0;
    const double radius = camera.scene.radius > 0 ? camera.scene.radius : 1;
    // From the front of the ball at zoom 1 to its back, with the target in the middle.
    view.fade_front = camera.distance(extent) - radius;
    view.fade_range = 2 * radius;
    view.fade_rate = look.depth_fade / view.fade_range;
    // Wide footprints cost time: many particles have them where the camera is so near that few are on the picture.
    const auto on_picture = static_cast<std::uint32_t>(
        std::min(double{std::numeric_limits<std::uint32_t>::max()}, count / (camera.orbit.zoom * camera.orbit.zoom)));
    const std::uint32_t widest = count < kFew && view.size_depth > 0 ? kMaxDotRadius : radius_for(on_picture);
    const auto wanted = static_cast<std::uint32_t>(std::max(0, look.dot_radius));
    view.weights = choose_space_weights(std::max(1U, count), std::clamp(wanted, widest, kMaxDotRadius), coloured,
                                        view.size_depth > 0 ? kNearest : 1);
    view.weights.one_row = view.weights.radius == 1 && on_picture >= kMany;
    return view;
}

shaders::SplatSpacePush space_push(const Particles& particles, const SpaceView& view, VkExtent2D extent) {
    // Pixel centres are whole numbers in the shader.
    glm::dmat4 half(1);
    half[3][0] = half[3][1] = -0.5;
    const glm::dmat4 pixels = half * view.camera.to_pixels(extent);
    const glm::dmat4 depths = -view.camera.view(extent);
    const double nearest = std::max(view.camera.nearest_depth(extent), -double{std::numeric_limits<float>::max()});
    shaders::SplatSpacePush push{.x = {},
                                 .y = {},
                                 .w = {},
                                 .depth = {},
                                 .first = particles.first,
                                 .stride = particles.stride,
                                 .count = particles.count,
                                 .width = static_cast<std::int32_t>(extent.width),
                                 .height = static_cast<std::int32_t>(extent.height),
                                 .levels = static_cast<float>(view.weights.colour_levels()),
                                 .nearest = static_cast<float>(nearest),
                                 .size_depth = static_cast<float>(view.size_depth),
                                 .radius = static_cast<float>(view.radius),
                                 .fade_front = static_cast<float>(view.fade_front),
                                 .fade_range = static_cast<float>(view.fade_range),
                                 .fade_rate = static_cast<float>(view.fade_rate),
                                 .unit = static_cast<float>(view.weights.unit),
                                 .most = static_cast<float>(view.weights.most)};
    set_row(push.x, pixels, 0);
    set_row(push.y, pixels, 1);
    set_row(push.w, pixels, 3);
    set_row(push.depth, depths, 2);
    return push;
}

SpaceSplatter::SpaceSplatter(gpu::Device& device) : most_groups_(device.properties().max_workgroup_count[0]) {
    for (std::uint32_t radius = 0; radius <= kMaxDotRadius; ++radius) {
        for (std::uint32_t coloured = 0; coloured < 2; ++coloured) {
            const std::uint32_t one_row = radius == 0 ? 1 : 0;
            splat_.at(radius).at(coloured) =
                gpu::ComputePipeline(device, "splat in space", shaders::render_splat_space_comp,
                                     {kParticleGroup, std::max(1U, radius), coloured, one_row});
        }
    }
}

void SpaceSplatter::record(gpu::Recorder& recorder, const Particles& particles, const gpu::Buffer& channel,
                           const SpaceView& view, const Accumulators& target) const {
    if (particles.dim < 3) throw std::logic_error("SpaceSplatter::record: particles have fewer than three coordinates");
    const auto [x, y] = particle_groups(particles.count, most_groups_);
    const std::uint32_t footprint = view.weights.one_row ? 0 : view.weights.radius;
    recorder.dispatch(splat_.at(footprint).at(view.weights.colour_bits > 0 ? 1 : 0),
                      {gpu::reads(particles.values), gpu::reads(channel), gpu::reads_writes(target.density),
                       gpu::reads_writes(target.colour)},
                      space_push(particles, view, target.extent), x, y);
}

}  // namespace scorefield::render
