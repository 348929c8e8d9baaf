#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "render/splatter.hpp"

namespace scorefield::render {

/// The splat in plain loops: float32 for the position, as the shader rounds it, integers from there on.
struct HostSplat {
    std::vector<std::uint32_t> density;
    std::vector<std::uint32_t> colour;
};

/// `x`, `y`: one value per particle; `channel`: empty without colour.
inline HostSplat host_splat(std::span<const float> x, std::span<const float> y, std::span<const float> channel,
                            const Camera2d& camera, VkExtent2D extent, const SplatWeights& weights) {
    const shaders::SplatTransform transform = splat_transform(camera, extent, weights.subpixel_bits);
    const std::int64_t unit = std::int64_t{1} << weights.subpixel_bits;
    const auto radius = static_cast<std::int64_t>(weights.radius);
    HostSplat sum;
    sum.density.assign(std::size_t{extent.width} * extent.height, 0);
    sum.colour = sum.density;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const float px = x[i] * transform.scale[0] + transform.offset[0];
        const float py = y[i] * transform.scale[1] + transform.offset[1];
        if (!(std::abs(px) < 1e9f && std::abs(py) < 1e9f)) continue;
        const auto fixed_x = static_cast<std::int64_t>(std::floor(px));
        const auto fixed_y = static_cast<std::int64_t>(std::floor(py));
        const std::uint32_t level =
            channel.empty()
                ? 0
                : static_cast<std::uint32_t>(channel[i] * static_cast<float>(weights.colour_levels()) + 0.5f);
        for (std::int64_t row = 0; row < std::int64_t{extent.height}; ++row) {
            const std::int64_t wy = radius * unit - std::abs(row * unit - fixed_y);
            if (wy <= 0) continue;
            for (std::int64_t column = 0; column < std::int64_t{extent.width}; ++column) {
                const std::int64_t wx = radius * unit - std::abs(column * unit - fixed_x);
                if (wx <= 0) continue;
                const auto at = static_cast<std::size_t>(row * std::int64_t{extent.width} + column);
                sum.density[at] += static_cast<std::uint32_t>(wx * wy);
                sum.colour[at] += static_cast<std::uint32_t>(wx * wy) * level;
            }
        }
    }
    return sum;
}

/// A plane of normals around the origin.
inline std::vector<float> random_plane(std::size_t count, unsigned seed, float deviation = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float> plane(count);
    for (float& value : plane) value = normal(random);
    return plane;
}

}  // namespace scorefield::render
