#include "render/orbit.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::render {

double wrapped(double degrees) {
    const double turns = std::floor((degrees + 180) / 360);
    return degrees - 360 * turns;
}

void turn(Orbit& orbit, double pixels_right, double pixels_down) {
    constexpr double kDegreesPerPixel = 0.3;
    orbit.azimuth = wrapped(orbit.azimuth - kDegreesPerPixel * pixels_right);
    orbit.elevation = std::clamp(orbit.elevation + kDegreesPerPixel * pixels_down, -kMostElevation, kMostElevation);
}

void dolly(Orbit& orbit, double factor) {
    orbit.zoom = std::clamp(orbit.zoom * factor, kLeastOrbitZoom, kMostOrbitZoom);
}

}  // namespace scorefield::render
