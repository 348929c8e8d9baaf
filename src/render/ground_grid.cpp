#include "render/ground_grid.hpp"

#include <algorithm>
#include <cmath>
#include <glm/trigonometric.hpp>

#include "render/line_projection.hpp"
#include "render/ticks.hpp"

namespace scorefield::render {
namespace {

constexpr double kReach = 1.3;     ///< radius of the grid, in radii of the ball
constexpr double kDepth = 0.72;    ///< from the ball's centre down to the ground, in radii
constexpr double kParts = 24;      ///< that a line is divided into, each with one ink
constexpr double kOpacity = 0.20;  ///< in the middle
constexpr double kZeroLine = 1.9;  ///< times the opacity, for the lines through zero
constexpr double kGrazing = 0.25;  ///< sine of the elevation below which the grid fades

}  // namespace

double grid_spacing(const Camera3d& camera) {
    return round_down_125(0.34 * camera.scene.radius);
}

void draw_ground_grid(Canvas& canvas, VkExtent2D extent, const Camera3d& camera, const Colour& colour) {
    const double radius = camera.scene.radius;
    if (!(radius > 0)) return;
    const double spacing = grid_spacing(camera);
    const double reach = kReach * radius;
    const double ground = camera.scene.centre[2] - kDepth * radius;
    const double grazing = std::abs(std::sin(glm::radians(camera.orbit.elevation))) / kGrazing;
    const double opacity = kOpacity * std::min(1.0, grazing);
    const LineProjection projection(camera, extent);
    const auto draw = [&](std::size_t along, double across_at, bool through_zero) {
        const std::size_t across = 1 - along;
        const double offset = across_at - camera.scene.centre[across];
        const double half = std::sqrt(std::max(0.0, reach * reach - offset * offset));
        for (double part = 0; part < kParts; ++part) {
            const double from = half * (2 * part / kParts - 1);
            const double to = half * (2 * (part + 1) / kParts - 1);
            const double away = std::hypot(0.5 * (from + to), offset) / reach;
            const double rest = std::max(0.0, 1 - away * away);
            WorldLine line{.width = 1,
                           .ink = {colour, static_cast<float>(opacity * rest * (through_zero ? kZeroLine : 1))},
                           .from_z = ground,
                           .to_z = ground};
            line.from[along] = camera.scene.centre[along] + from;
            line.to[along] = camera.scene.centre[along] + to;
            line.from[across] = line.to[across] = across_at;
            if (const auto seen = projection.seen(line)) {
                canvas.line(seen->from[0], seen->from[1], seen->to[0], seen->to[1], line.width, seen->ink);
            }
        }
    };
    for (std::size_t along = 0; along < 2; ++along) {
        const double middle = camera.scene.centre[1 - along];
        const auto first = static_cast<long>(std::ceil((middle - reach) / spacing));
        const auto last = static_cast<long>(std::floor((middle + reach) / spacing));
        for (long at = first; at <= last; ++at) draw(along, spacing * static_cast<double>(at), at == 0);
    }
}

}  // namespace scorefield::render
