#pragma once

#include <cmath>

#include "render/colour_map.hpp"

namespace scorefield::render {

/// IEC 61966-2-1.
inline double linear_light(double value) {
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

/// CIE 1976 L* of an sRGB colour, 0 … 100 (D65 white).
inline double lightness(const Colour& colour) {
    const double y =
        0.2126 * linear_light(colour[0]) + 0.7152 * linear_light(colour[1]) + 0.0722 * linear_light(colour[2]);
    constexpr double kDelta = 6.0 / 29.0;
    const double f = y > kDelta * kDelta * kDelta ? std::cbrt(y) : y / (3 * kDelta * kDelta) + 4.0 / 29.0;
    return 116 * f - 16;
}

}  // namespace scorefield::render
