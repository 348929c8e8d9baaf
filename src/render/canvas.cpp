#include "render/canvas.hpp"

#include <algorithm>
#include <cmath>

namespace scorefield::render {
namespace {

using shaders::kGlyph, shaders::kLine, shaders::kRectangle;

std::uint32_t byte(float value) {
    return static_cast<std::uint32_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255.0f));
}

shaders::vec2 point(double x, double y) {
    return {static_cast<float>(x), static_cast<float>(y)};
}

}  // namespace

std::uint32_t packed(const Ink& ink) {
    return byte(ink.colour[0]) | byte(ink.colour[1]) << 8 | byte(ink.colour[2]) << 16 | byte(ink.alpha) << 24;
}

void Canvas::gradient(double x, double y, double width, double height, const Ink& top, const Ink& bottom) {
    marks_.push_back({.from = point(x, y),
                      .to = point(x + width, y + height),
                      .uv_from = {},
                      .uv_to = {},
                      .colour = packed(top),
                      .colour_to = packed(bottom),
                      .half_width = 0,
                      .kind = kRectangle});
}

void Canvas::line(double x0, double y0, double x1, double y1, double width, const Ink& ink) {
    marks_.push_back({.from = point(x0, y0),
                      .to = point(x1, y1),
                      .uv_from = {},
                      .uv_to = {},
                      .colour = packed(ink),
                      .colour_to = packed(ink),
                      .half_width = static_cast<float>(width / 2),
                      .kind = kLine});
}

void Canvas::put_text(double x, double y, const FontSize& size, std::string_view text, const Ink& ink, Align align) {
    const int width = align == Align::left ? 0 : text_width(size, text);
    const double left = std::round(align == Align::centre ? x - 0.5 * width : x - width);
    const double baseline = std::round(y) + size.ascent;
    for (const auto& [glyph, pen] : place_text(size, text)) {
        if (glyph->width == 0) continue;
        const double gx = left + pen + glyph->left;
        const double gy = baseline + glyph->top;
        marks_.push_back({.from = point(gx, gy),
                          .to = point(gx + glyph->width, gy + glyph->height),
                          .uv_from = point(glyph->x, glyph->y),
                          .uv_to = point(glyph->x + glyph->width, glyph->y + glyph->height),
                          .colour = packed(ink),
                          .colour_to = packed(ink),
                          .half_width = 0,
                          .kind = kGlyph});
    }
}

}  // namespace scorefield::render
