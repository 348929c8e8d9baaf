#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace scorefield::render {

/// What the arrows or streamlines of a picture show; session/field_lines.hpp defines them.
enum class FieldKind : std::uint8_t { none, score, flow, drift, error };
inline constexpr std::array<std::string_view, 5> kFieldKindNames = {"none", "score", "flow", "drift", "error"};

enum class FieldStyle : std::uint8_t { arrows, streamlines };
inline constexpr std::array<std::string_view, 2> kFieldStyleNames = {"arrows", "streamlines"};

inline constexpr std::uint32_t kMostTrails = 500;

/// Lines that explain the particles of a picture.
struct Guides {
    FieldKind field = FieldKind::none;
    FieldStyle style = FieldStyle::arrows;
    bool contours = false;           ///< of the density that the particles should have
    std::uint32_t trails = 0;        ///< the first particles, whose last steps are drawn; at most kMostTrails
    std::uint32_t trail_steps = 20;  ///< how many steps
    std::optional<int> follow = {};  ///< the particle whose whole path is drawn, below kMostTrails

    bool has_lines_below() const { return field != FieldKind::none || contours; }
    bool has_paths() const { return trails > 0 || follow; }
    bool operator==(const Guides&) const = default;
};

}  // namespace scorefield::render
