#include "render/axis_triad.hpp"

#include <algorithm>
#include <cstddef>

namespace scorefield::render {
void draw_axis_triad(Canvas& canvas, double x, double y, double length, const FontSize& font, const Orbit& orbit,
                     const std::array<Colour, 3>& colours, const std::array<std::string, 3>& names) {
    constexpr double kLabel = 1.25;  // of the length
    constexpr double kFaintest = 0.45;
    const glm::dmat4 view = Camera3d{.scene = {}, .orbit = orbit}.view({1, 1});
    // The columns of the view are the axes: right, up and towards the viewer.
    std::array<std::size_t, 3> order = {0, 1, 2};
    const auto towards = [&](std::size_t axis) { return view[static_cast<glm::length_t>(axis)].z; };
    std::ranges::sort(order, {}, towards);
    for (const std::size_t axis : order) {
        const glm::dvec4& direction = view[static_cast<glm::length_t>(axis)];
        const double opacity = kFaintest + (1 - kFaintest) * 0.5 * (1 + towards(axis));
        const Ink ink{colours.at(axis), static_cast<float>(opacity)};
        canvas.line(x, y, x + length * direction.x, y - length * direction.y, 2, ink);
        canvas.text(x + kLabel * length * direction.x, y - kLabel * length * direction.y - 0.55 * font.pixels, font,
                    names.at(axis), ink, Align::centre);
    }
}

}  // namespace scorefield::render
