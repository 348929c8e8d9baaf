#include "render/splatter.hpp"

#include <algorithm>
#include <cmath>

#include "shaders/render/origin.comp.hpp"
#include "shaders/render/origin_push.h"
#include "shaders/render/splat.comp.hpp"

namespace scorefield::render {
shaders::SplatTransform splat_transform(const Camera2d& camera, VkExtent2D extent, std::uint32_t subpixel_bits) {
    const double subpixels = std::exp2(subpixel_bits);
    const double size = camera.pixel_size(extent);
    const double left = 0.5 * extent.width - 0.5 - camera.centre[0] / size;
    const double top = 0.5 * extent.height - 0.5 + camera.centre[1] / size;
    return {{static_cast<float>(subpixels / size), static_cast<float>(-subpixels / size)},
            {static_cast<float>(subpixels * left + 0.5), static_cast<float>(subpixels * top + 0.5)}};
}

shaders::SplatPush splat_push(const Particles& particles, const Camera2d& camera, const SplatWeights& weights,
                              VkExtent2D extent) {
    const bool planar = particles.dim >= 2;
    return {.transform = splat_transform(camera, extent, weights.subpixel_bits),
            .first = particles.first,
            .y_plane = planar ? particles.stride : 0,
            .count = particles.count,
            .strip = planar ? 0u : 1u,
            .width = static_cast<std::int32_t>(extent.width),
            .height = static_cast<std::int32_t>(extent.height),
            .subpixel_bits = static_cast<std::int32_t>(weights.subpixel_bits),
            .levels = static_cast<float>(weights.colour_levels())};
}

std::array<std::uint32_t, 2> particle_groups(std::uint32_t count, std::uint32_t most) {
    const std::uint32_t groups = count / kParticleGroup + (count % kParticleGroup != 0);
    const std::uint32_t across = std::max(1u, std::min(groups, most));
    return {across, (groups + across - 1) / across};
}

Splatter::Splatter(gpu::Device& device) : most_groups_(device.properties().max_workgroup_count[0]) {
    for (std::uint32_t radius = 1; radius <= kMaxDotRadius; ++radius) {
        for (std::uint32_t coloured = 0; coloured < 2; ++coloured) {
            splat_[radius - 1][coloured] =
                gpu::ComputePipeline(device, "splat", shaders::render_splat_comp, {kParticleGroup, radius, coloured});
        }
    }
    origin_ = gpu::ComputePipeline(device, "origin", shaders::render_origin_comp, {kParticleGroup});
}

void Splatter::record(gpu::Recorder& recorder, const Particles& particles, const gpu::Buffer& channel,
                      const Camera2d& camera, const SplatWeights& weights, const Accumulators& target) const {
    const auto [x, y] = particle_groups(particles.count, most_groups_);
    recorder.dispatch(splat_[weights.radius - 1][weights.colour_bits > 0],
                      {gpu::reads(particles.values), gpu::reads(channel), gpu::reads_writes(target.density),
                       gpu::reads_writes(target.colour)},
                      splat_push(particles, camera, weights, target.extent), x, y);
}

void Splatter::record_origin(gpu::Recorder& recorder, const Particles& particles, double mean, double deviation,
                             const gpu::Buffer& channel) const {
    const shaders::OriginPush push{.first = particles.first,
                                   .count = particles.count,
                                   .mean = static_cast<float>(mean),
                                   .inverse_deviation = static_cast<float>(1 / deviation)};
    const auto [x, y] = particle_groups(particles.count, most_groups_);
    recorder.dispatch(origin_, {gpu::reads(particles.values), gpu::writes(channel)}, push, x, y);
}

}  // namespace scorefield::render
