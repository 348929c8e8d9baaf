#include "render/colour_map.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace scorefield::render {
namespace {

constexpr std::size_t kKnots = 17;
using Table = std::array<Colour, kKnots>;

// Entries round(k·255/16) of the tables that matplotlib 3.6 publishes under CC0 (lib/matplotlib/_cm_listed.py).
constexpr Table kInferno = {{
    {0.0015f, 0.0005f, 0.0139f},
    {0.0423f, 0.0281f, 0.1411f},
    {0.1293f, 0.0473f, 0.2908f},
    {0.2383f, 0.0366f, 0.3964f},
    {0.3415f, 0.0623f, 0.4294f},
    {0.4412f, 0.0993f, 0.4316f},
    {0.5409f, 0.1347f, 0.4151f},
    {0.6401f, 0.1714f, 0.3811f},
    {0.7357f, 0.2159f, 0.3302f},
    {0.8173f, 0.2710f, 0.2704f},
    {0.8903f, 0.3480f, 0.1983f},
    {0.9443f, 0.4428f, 0.1204f},
    {0.9771f, 0.5508f, 0.0391f},
    {0.9879f, 0.6677f, 0.0583f},
    {0.9761f, 0.7900f, 0.1960f},
    {0.9487f, 0.9105f, 0.3953f},
    {0.9884f, 0.9984f, 0.6449f},
}};
constexpr Table kViridis = {{
    {0.2670f, 0.0049f, 0.3294f},
    {0.2823f, 0.0950f, 0.4173f},
    {0.2788f, 0.1755f, 0.4834f},
    {0.2590f, 0.2515f, 0.5247f},
    {0.2297f, 0.3224f, 0.5457f},
    {0.1994f, 0.3876f, 0.5546f},
    {0.1727f, 0.4488f, 0.5579f},
    {0.1490f, 0.5081f, 0.5573f},
    {0.1276f, 0.5669f, 0.5506f},
    {0.1201f, 0.6222f, 0.5349f},
    {0.1539f, 0.6802f, 0.5042f},
    {0.2394f, 0.7356f, 0.4557f},
    {0.3607f, 0.7860f, 0.3878f},
    {0.5063f, 0.8288f, 0.3004f},
    {0.6681f, 0.8620f, 0.1963f},
    {0.8353f, 0.8860f, 0.1026f},
    {0.9932f, 0.9062f, 0.1439f},
}};
constexpr Table kCividis = {{
    {0.0000f, 0.1351f, 0.3048f},
    {0.0000f, 0.1788f, 0.4148f},
    {0.1034f, 0.2204f, 0.4358f},
    {0.1951f, 0.2644f, 0.4259f},
    {0.2637f, 0.3078f, 0.4228f},
    {0.3242f, 0.3513f, 0.4263f},
    {0.3808f, 0.3952f, 0.4357f},
    {0.4352f, 0.4398f, 0.4511f},
    {0.4887f, 0.4853f, 0.4710f},
    {0.5441f, 0.5289f, 0.4719f},
    {0.6052f, 0.5768f, 0.4644f},
    {0.6680f, 0.6262f, 0.4493f},
    {0.7324f, 0.6774f, 0.4257f},
    {0.7985f, 0.7306f, 0.3926f},
    {0.8664f, 0.7860f, 0.3466f},
    {0.9367f, 0.8438f, 0.2809f},
    {0.9957f, 0.9093f, 0.2178f},
}};

constexpr Table kOrigin = {{
    {0.10f, 0.42f, 1.00f},
    {0.16f, 0.47f, 1.00f},
    {0.22f, 0.52f, 1.00f},
    {0.30f, 0.58f, 1.00f},
    {0.39f, 0.64f, 1.00f},
    {0.49f, 0.70f, 0.99f},
    {0.60f, 0.76f, 0.96f},
    {0.72f, 0.81f, 0.92f},
    {0.85f, 0.84f, 0.82f},
    {0.91f, 0.80f, 0.66f},
    {0.95f, 0.75f, 0.52f},
    {0.98f, 0.70f, 0.40f},
    {1.00f, 0.64f, 0.29f},
    {1.00f, 0.59f, 0.20f},
    {1.00f, 0.54f, 0.13f},
    {1.00f, 0.49f, 0.07f},
    {1.00f, 0.45f, 0.02f},
}};

Colour interpolate(const Table& table, double value) {
    const double place = std::clamp(value, 0.0, 1.0) * (kKnots - 1);
    const std::size_t cell = std::min<std::size_t>(static_cast<std::size_t>(place), kKnots - 2);
    const auto fraction = static_cast<float>(place - static_cast<double>(cell));
    Colour colour{};
    for (std::size_t c = 0; c < 3; ++c) {
        colour[c] = table[cell][c] + (table[cell + 1][c] - table[cell][c]) * fraction;
    }
    return colour;
}

}  // namespace

Colour colour_at(ColourMap map, double value) {
    switch (map) {
        case ColourMap::viridis:
            return interpolate(kViridis, value);
        case ColourMap::cividis:
            return interpolate(kCividis, value);
        case ColourMap::inferno:
            break;
    }
    return interpolate(kInferno, value);
}

Colour origin_colour(double value) {
    return interpolate(kOrigin, value);
}

}  // namespace scorefield::render
