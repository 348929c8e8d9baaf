#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace scorefield::render {

enum class Projection : std::uint8_t { perspective, orthographic };
inline constexpr std::array<std::string_view, 2> kProjectionNames = {"perspective", "orthographic"};

inline constexpr double kMostElevation = 90;
inline constexpr double kLeastOrbitZoom = 0.05;
inline constexpr double kMostOrbitZoom = 200;
inline constexpr double kMostPan = 100;
inline constexpr double kMostTurntable = 360;

/// How a camera looks at three-dimensional particles, relative to the ball that it was fitted to: the same orbit shows
/// any scene alike. The third axis points up.
struct Orbit {
    Projection projection = Projection::perspective;
    double azimuth = -55;  ///< degrees from the first axis towards the second, of the way from the middle to the camera
    double elevation = 22;                  ///< degrees of that way above the plane of the first two axes; −90 … 90
    double zoom = 1;                        ///< 1: the whole ball; 2: from half the distance
    std::array<double, 3> pan = {0, 0, 0};  ///< from the ball's centre to the point in the middle, in its radii
    double turntable = 0;                   ///< degrees per second, added to the azimuth

    bool operator==(const Orbit&) const = default;
};

/// The content turns with a pointer that moved by so many pixels. The azimuth stays in [−180, 180).
void turn(Orbit& orbit, double pixels_right, double pixels_down);
/// Multiplies the zoom, within its range.
void dolly(Orbit& orbit, double factor);
/// The angle that equals `degrees`, in [−180, 180).
double wrapped(double degrees);

}  // namespace scorefield::render
