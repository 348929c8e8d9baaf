#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "render/background.hpp"
#include "render/colour_map.hpp"

namespace scorefield::render {

/// density: colour shows how many particles are there. origin: hue shows where they started, brightness how many.
enum class ColourMode { density, origin };

inline constexpr std::array<std::string_view, 2> kColourModeNames = {"density", "origin"};

/// How large three-dimensional particles are. world: nearer ones are larger; pixels: all have one size.
enum class PointSizeUnit : std::uint8_t { world, pixels };
inline constexpr std::array<std::string_view, 2> kPointSizeUnitNames = {"world", "pixels"};

/// How particles become a picture. Same look, same particles, same camera: same picture, byte for byte on one device.
struct Look {
    double exposure = 0;  ///< stops: each doubles the brightness; −10 … 10
    ColourMode mode = ColourMode::density;
    ColourMap map = ColourMap::inferno;  ///< of mode density
    int dot_radius = 0;                  ///< of a particle, in pixels, 1 … 3; 0: by count and size
    bool overlay = true;                 ///< the data under the particles
    double overlay_strength = 0.35;      ///< 0 … 1
    bool axes = true;                    ///< ticks, labels, names, scale bar and legend
    bool scale_bar = false;              ///< the scale bar without axes too, on small pictures too
    double depth_fade = 0.6;             ///< in space: weight that the farthest particles lose, 0 … 1 (squared)
    PointSizeUnit point_size_unit = PointSizeUnit::world;  ///< in space
    bool grid = true;                                      ///< in space: the ground grid, with axes only
    Background background = Background::dark;

    bool operator==(const Look&) const = default;
};

/// What the tone map makes of a place, on the host: `brightness` 0 … 1 of the particles' tone curve, their mean origin
/// 0 … 1 (mode origin), over the colour `below`.
Colour place_colour(const Look& look, double brightness, double origin, const Colour& below);
/// The background under the data overlay of this brightness.
Colour overlay_colour(const Look& look, double brightness);

/// Text in the picture.
struct Captions {
    std::vector<std::string> top_left;     ///< lines, the first one bright: `ddim  step 17/50  t = 680  σ = 0.86`
    std::vector<std::string> bottom_left;  ///< lines above the axis
    std::array<std::string, 2> axes = {"x", "y"};  ///< names of the axes; empty: none
    std::string up = "z";                          ///< name of the third axis, in space
    bool has_heights = true;                       ///< the vertical axis has ticks and numbers
};

}  // namespace scorefield::render
