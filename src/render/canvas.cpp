#include "render/canvas.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::render {
namespace {

using shaders::kGlyph, shaders::kLine, shaders::kRectangle;

std::uint32_t byte(float value) {
    return static_cast<std::uint32_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255.0f));
}

std::uint32_t pack(const Ink& ink) {
    return byte(ink.colour[0]) | byte(ink.colour[1]) << 8 | byte(ink.colour[2]) << 16 | byte(ink.alpha) << 24;
}

shaders::vec2 point(double x, double y) {
    return {static_cast<float>(x), static_cast<float>(y)};
}

}  // namespace

void Canvas::rectangle(double x, double y, double width, double height, const Ink& ink) {
    marks_.push_back({point(x, y), point(x + width, y + height), {}, {}, pack(ink), 0, kRectangle, 0});
}

void Canvas::line(double x0, double y0, double x1, double y1, double width, const Ink& ink) {
    marks_.push_back({point(x0, y0), point(x1, y1), {}, {}, pack(ink), static_cast<float>(width / 2), kLine, 0});
}

void Canvas::text(double x, double y, const FontSize& size, std::string_view text, const Ink& ink, Align align) {
    const int width = align == Align::left ? 0 : text_width(size, text);
    const double left = std::round(align == Align::centre ? x - 0.5 * width : x - width);
    const double baseline = std::round(y) + size.ascent;
    for (const auto& [glyph, pen] : place_text(size, text)) {
        if (glyph->width == 0) continue;
        const double gx = left + pen + glyph->left;
        const double gy = baseline + glyph->top;
        marks_.push_back({point(gx, gy), point(gx + glyph->width, gy + glyph->height), point(glyph->x, glyph->y),
                          point(glyph->x + glyph->width, glyph->y + glyph->height), pack(ink), 0, kGlyph, 0});
    }
}

}  // namespace scorefield::render
