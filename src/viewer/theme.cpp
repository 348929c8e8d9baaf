#include "viewer/theme.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::viewer {
namespace {

constexpr Theme kDark = {
    .is_dark = true,
    .background = 0x0E1116,
    .surface = 0x161B22,
    .control = 0x1F2630,
    .hovered = 0x2A3340,
    .active = 0x303A48,
    .grab = 0x3A5F94,
    .border = 0x2B3440,
    .text = 0xE6EDF3,
    .secondary = 0x9AA4B2,
    .accent = 0x4C9FFF,
    .warning = 0xE3A33B,
    .error = 0xE5645A,
    .on_colour = 0x0E1116,
};

constexpr Theme kLight = {
    .is_dark = false,
    .background = 0xFFFFFF,
    .surface = 0xF3F5F8,
    .control = 0xE8ECF1,
    .hovered = 0xDDE4EC,
    .active = 0xCBD8E8,
    .grab = 0x9DBDEB,
    .border = 0xC9D1DB,
    .text = 0x16202B,
    .secondary = 0x4A5563,
    .accent = 0x1A5FD0,
    .warning = 0x8A5200,
    .error = 0xB3261E,
    .on_colour = 0xFFFFFF,
};

/// Relative luminance (WCAG 2.1).
double luminance(std::uint32_t colour) {
    const auto channel = [&](unsigned shift) {
        constexpr std::uint32_t kMost = 0xFF;
        const double value = static_cast<double>((colour >> shift) & kMost) / kMost;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
}

}  // namespace

const Theme& theme_of(std::string_view name) {
    return name == "light" ? kLight : kDark;
}

double contrast(std::uint32_t a, std::uint32_t b) {
    const double of_a = luminance(a);
    const double of_b = luminance(b);
    return (std::max(of_a, of_b) + 0.05) / (std::min(of_a, of_b) + 0.05);
}

}  // namespace scorefield::viewer
