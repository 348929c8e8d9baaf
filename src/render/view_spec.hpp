#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "render/guides.hpp"
#include "render/look.hpp"
#include "render/orbit.hpp"

namespace scorefield::render {

/// Which places a picture shows. particles: the states; predicted: what the denoiser makes of each of them, its
/// estimate of x_0.
enum class Show : std::uint8_t { particles, predicted };
inline constexpr std::array<std::string_view, 2> kShowNames = {"particles", "predicted"};

/// What a picture of particles shows.
struct ViewSpec {
    Look look;
    Guides guides;
    Orbit orbit = {};  ///< camera of three-dimensional particles
    bool captions = true;
    bool metrics = false;  ///< among the captions: how the particles compare with the data
    Show show = Show::particles;

    bool operator==(const ViewSpec&) const = default;
};

}  // namespace scorefield::render
