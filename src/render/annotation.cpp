#include "render/annotation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "render/axis_triad.hpp"
#include "render/ground_grid.hpp"
#include "render/ticks.hpp"
#include "render/tone_curve.hpp"

namespace scorefield::render {
namespace {

/// Colours, and sizes in pixels that follow the picture's height.
struct Style {
    const Palette& palette;
    double width;
    double height;
    const FontSize& small;
    const FontSize& normal;
    double tick;
    double gap;
    bool roomy;  ///< room for legends and scale bar

    Style(VkExtent2D extent, Background background)
        : palette(palette_of(background)),
          width(extent.width),
          height(extent.height),
          small(glyph_atlas().size_for(std::clamp(extent.height / 45, 11u, 36u))),
          normal(glyph_atlas().size_for(std::clamp(extent.height / 36, 13u, 36u))),
          tick(0.4 * small.pixels),
          gap(0.5 * small.pixels),
          roomy(extent.height >= 360 && extent.width >= 480) {}
};

struct Frame {
    double left;    ///< of the vertical axis
    double bottom;  ///< of the horizontal axis
};

/// At most one label every so many pixels, so that labels keep apart.
double intervals(double pixels, double least) {
    return std::max(1.0, pixels / least);
}

Ink backing(const Look& look, float alpha) {
    const Palette& palette = palette_of(look.background);
    return {palette.ground, std::max(alpha, palette.least_backing)};
}

/// Where labels of an axis may not stand: the name has its place there.
struct NamePlace {
    double low = 0;
    double high = 0;

    bool meets(double from, double to) const { return from < high && to > low; }
};

void across_axis(Canvas& canvas, const Style& style, const Frame& frame, VkExtent2D extent, const Camera2d& camera,
                 const std::string& name) {
    const Bounds visible = camera.visible(extent);
    const Ticks ticks = make_ticks(visible.low[0], visible.high[0], intervals(style.width, 7.0 * style.small.pixels));
    const Ink rule{style.palette.rule, 0.75f};
    const double top = frame.bottom + style.tick + 1;
    const double name_width = name.empty() ? 0 : text_width(style.small, name) + style.gap;
    const NamePlace taken = {style.width - name_width - style.gap, style.width};
    for (const double x : ticks.places) {
        const double at = std::floor(camera.to_pixel(extent, {x, 0})[0]) + 0.5;
        if (at < frame.left) continue;
        canvas.line(at, 0, at, frame.bottom, 1, {style.palette.rule, 0.08f});
        canvas.line(at, frame.bottom, at, frame.bottom + style.tick, 1, rule);
        const std::string text = tick_label(x, ticks.step);
        const double half = 0.5 * text_width(style.small, text);
        if (at + half > style.width || at - half < 0 || taken.meets(at - half, at + half)) continue;
        canvas.text(at, top, style.small, text, {style.palette.text, 1}, Align::centre);
    }
    canvas.text(style.width - style.gap, top, style.small, name, {style.palette.bright, 1}, Align::right);
    canvas.line(frame.left, frame.bottom, style.width, frame.bottom, 1, rule);
}

void upward_axis(Canvas& canvas, const Style& style, const Frame& frame, VkExtent2D extent, const Camera2d& camera,
                 const Ticks& ticks, const std::string& name) {
    const Ink rule{style.palette.rule, 0.75f};
    const double name_top = 0.5 * style.gap;
    const NamePlace taken = {0, name.empty() ? 0 : name_top + style.small.pixels};
    for (const double y : ticks.places) {
        const double at = std::floor(camera.to_pixel(extent, {0, y})[1]) + 0.5;
        if (at > frame.bottom) continue;
        canvas.line(frame.left, at, style.width, at, 1, {style.palette.rule, 0.08f});
        canvas.line(frame.left - style.tick, at, frame.left, at, 1, rule);
        const double top = at - 0.5 * style.small.pixels;
        const double below = top + style.small.pixels;
        if (top < 0 || below > style.height || taken.meets(top, below)) continue;
        canvas.text(frame.left - style.tick - 0.5 * style.gap, top, style.small, tick_label(y, ticks.step),
                    {style.palette.text, 1}, Align::right);
    }
    const double left = frame.left - style.tick - 0.5 * style.gap;
    canvas.text(left, name_top, style.small, name, {style.palette.bright, 1}, Align::right);
    canvas.line(frame.left, 0, frame.left, frame.bottom, 1, rule);
}

Frame axes(Canvas& canvas, const Style& style, VkExtent2D extent, const Camera2d& camera, const Look& look,
           const Captions& captions) {
    const std::array<std::string, 2>& names = captions.axes;
    const Bounds visible = camera.visible(extent);
    Ticks up = make_ticks(visible.low[1], visible.high[1], intervals(style.height, 5.0 * style.small.pixels));
    if (!captions.has_heights) up.places.clear();
    int widest = text_width(style.small, names[1]);
    for (const double y : up.places) widest = std::max(widest, text_width(style.small, tick_label(y, up.step)));
    const Frame frame{std::round(widest + style.tick + 2 * style.gap) + 0.5,
                      style.height - std::round(style.small.pixels + style.tick + style.gap) - 0.5};

    canvas.rectangle(0, 0, frame.left - 0.5, style.height, backing(look, 0.72f));
    canvas.rectangle(frame.left - 0.5, frame.bottom + 0.5, style.width, style.height, backing(look, 0.72f));
    across_axis(canvas, style, frame, extent, camera, names[0]);
    upward_axis(canvas, style, frame, extent, camera, up, names[1]);
    return frame;
}

void scale_bar(Canvas& canvas, const Style& style, VkExtent2D extent, const Camera2d& camera, const Look& look,
               const Frame& frame) {
    const double size = camera.pixel_size(extent);
    const double length = round_down_125(std::max(0.16 * style.width, 24.0) * size);
    const double pixels = length / size;
    const double y = frame.bottom - 2.5 * style.gap + 0.5;
    const std::string text = tick_label(length, length);
    const double wide = std::max<double>(pixels, text_width(style.small, text));
    const double right = style.width - 2.5 * style.gap - 0.5 * (wide - pixels);
    const double top = y - style.gap - style.small.pixels;
    canvas.rectangle(right - 0.5 * (pixels + wide) - style.gap, top, wide + 2 * style.gap, y + style.gap - top,
                     backing(look, 0.6f));
    const Ink ink{style.palette.bright, 0.9f};
    canvas.line(right - pixels, y, right, y, 2, ink);
    canvas.line(right - pixels, y - style.tick, right - pixels, y + style.tick, 1.4, ink);
    canvas.line(right, y - style.tick, right, y + style.tick, 1.4, ink);
    canvas.text(right - 0.5 * pixels, top, style.small, text, ink, Align::centre);
}

/// In the lower right corner.
void axes_in_space(Canvas& canvas, const Style& style, const Camera3d& camera, const Look& look,
                   const Captions& captions) {
    const double length = 2 * style.small.pixels;
    const double room = 1.25 * length + 0.6 * style.small.pixels + style.gap;
    const double x = style.width - room - style.gap;
    const double y = style.height - room - style.gap;
    canvas.rectangle(x - room, y - room, 2 * room, 2 * room, backing(look, 0.45F));
    draw_axis_triad(canvas, x, y, length, style.small, camera.orbit, style.palette.axes,
                    {captions.axes[0], captions.axes[1], captions.up});
    if (!look.grid || !style.roomy) return;
    const double spacing = grid_spacing(camera);
    const std::string text = "grid " + tick_label(spacing, spacing);
    const double right = x - room - style.gap;
    const double top = style.height - 2 * style.gap - style.small.pixels;
    const int width = text_width(style.small, text);
    canvas.rectangle(right - width - style.gap, top - 0.5 * style.gap, width + 2 * style.gap,
                     style.small.pixels + style.gap, backing(look, 0.45F));
    canvas.text(right, top, style.small, text, {style.palette.text, 1}, Align::right);
}

struct LegendMark {
    double place;  ///< 0 … 1 from the bottom
    std::string text;
};

/// A bar of colours with numbers beside it, under a title.
struct ColourBar {
    std::string title;
    std::function<Colour(double place)> colour;  ///< 0 … 1 from the bottom
    std::vector<LegendMark> marks;
    double most_height;  ///< of the bar, as a share of the picture's
    std::string key;     ///< of a swatch below the bar; empty: none
    Colour key_colour = {};
};

std::vector<LegendMark> density_marks(const Look& look) {
    if (look.mode == ColourMode::origin) return {{0, "left"}, {0.5, "middle"}, {1, "right"}};
    const ToneCurve curve{look.exposure};
    std::vector<LegendMark> marks = {{0, "0"}};
    for (double decade = 1e-6; decade < 1e6; decade *= 10) {
        const double place = curve.brightness(decade);
        if (place < 0.12 || place >= 0.97) continue;
        marks.push_back({place, fmt::format("{:g}", decade)});
    }
    return marks;
}

ColourBar density_bar(const Look& look, bool overlay_shown) {
    const bool origin = look.mode == ColourMode::origin;
    const auto colour = [&look, origin](double place) {
        return origin ? origin_colour(place) : place_colour(look, place, 0, palette_of(look.background).ground);
    };
    return {origin ? "started" : "density", colour, density_marks(look), 0.3, overlay_shown ? "data" : "",
            overlay_colour(look, 1)};
}

ColourBar field_bar(const ScalarField& field, const Look& look) {
    const Ticks ticks = make_ticks(field.low, field.high, 4);
    std::vector<LegendMark> marks;
    for (const double value : ticks.places) {
        const double place = (value - field.low) / (field.high - field.low);
        const bool last = place > 1 - 1e-9;
        marks.push_back({place, (last ? "≥ " : "") + tick_label(value, ticks.step)});
    }
    const auto colour = [&field, &look](double place) {
        return field_colour(field, field.low + place * (field.high - field.low), palette_of(look.background).ground);
    };
    return {field.title, colour, marks, 0.2, "", {}};
}

/// Draws the bar at the right edge, from `y` down; returns where it ends.
double colour_bar(Canvas& canvas, const Style& style, const Look& look, const ColourBar& bar, double y) {
    int widest = text_width(style.small, bar.title);
    for (const LegendMark& mark : bar.marks) {
        widest = std::max(widest, text_width(style.small, mark.text) + static_cast<int>(3.0 * style.gap));
    }
    const double bar_width = 1.6 * style.gap;
    const double bar_height = std::round(std::min(bar.most_height * style.height, 15.0 * style.small.pixels));
    const double width = widest + 2 * style.gap;
    const double x = style.width - width - 1.5 * style.gap;
    const double line = 1.25 * style.small.pixels;
    const double bar_x = x + style.gap;
    const double bar_y = std::round(y + style.gap + 1.5 * line);
    const double height = bar_y + bar_height + style.gap - y + (bar.key.empty() ? 0 : 1.3 * line);
    canvas.rectangle(x, y, width, height, backing(look, 0.6f));
    canvas.text(bar_x, y + 0.5 * style.gap, style.small, bar.title, {style.palette.text, 1});

    constexpr int kParts = 32;  // between which colour maps are straight
    const double part = bar_height / kParts;
    for (int i = 0; i < kParts; ++i) {
        canvas.gradient(bar_x, bar_y + bar_height - (i + 1) * part, bar_width, part,
                        {bar.colour((i + 1.0) / kParts), 1}, {bar.colour(static_cast<double>(i) / kParts), 1});
    }
    for (const LegendMark& mark : bar.marks) {
        const double at = std::floor(bar_y + (1 - mark.place) * bar_height) + 0.5;
        canvas.line(bar_x + bar_width, at, bar_x + bar_width + 0.6 * style.tick, at, 1, {style.palette.rule, 0.9f});
        canvas.text(bar_x + bar_width + style.gap, at - 0.52 * style.small.pixels, style.small, mark.text,
                    {style.palette.text, 1});
    }
    if (!bar.key.empty()) {
        const double top = bar_y + bar_height + 0.7 * line;
        const double side = 0.5 * style.small.pixels;
        canvas.rectangle(bar_x, std::round(top + 0.25 * style.small.pixels), std::round(side), std::round(side),
                         {bar.key_colour, 1});
        canvas.text(bar_x + bar_width + style.gap, top, style.small, bar.key, {style.palette.text, 1});
    }
    return y + height;
}

ColourBar line_bar(const LineLegend& legend) {
    std::vector<LegendMark> marks;
    for (const LineLegend::Mark& mark : legend.marks) marks.push_back({mark.place, mark.text});
    return {legend.title, [&legend](double place) { return line_colour(legend.colours, place); }, marks, 0.2, "", {}};
}

void legends(Canvas& canvas, const Style& style, const Look& look, bool overlay_shown, const Extras& extras) {
    const double gap = 1.5 * style.gap;
    double below = colour_bar(canvas, style, look, density_bar(look, overlay_shown), gap);
    if (extras.field != nullptr) below = colour_bar(canvas, style, look, field_bar(*extras.field, look), below + gap);
    for (const auto& drawing : {extras.below, extras.above}) {
        if (drawing && drawing->legend) {
            below = colour_bar(canvas, style, look, line_bar(*drawing->legend), below + gap);
        }
    }
}

void captions_at(Canvas& canvas, const Style& style, const Look& look, const std::vector<std::string>& lines, double x,
                 double y) {
    if (lines.empty()) return;
    const double pitch = 1.2 * style.normal.pixels;
    int widest = 0;
    for (const auto& line : lines) widest = std::max(widest, text_width(style.normal, line));
    canvas.rectangle(x - style.gap, y - 0.5 * style.gap, widest + 2 * style.gap,
                     pitch * static_cast<double>(lines.size()) + style.gap, backing(look, 0.6f));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        canvas.text(x, y + pitch * static_cast<double>(i), style.normal, lines[i],
                    {i == 0 ? style.palette.bright : style.palette.text, 1});
    }
}

}  // namespace

void annotate(Canvas& canvas, VkExtent2D extent, const Camera& camera, const Look& look, const Captions& captions,
              bool overlay_shown, const Extras& extras) {
    if (extent.width < 64 || extent.height < 48) return;
    const Style style(extent, look.background);
    Frame frame{0, style.height};
    const bool framed = look.axes && extent.width >= 160 && extent.height >= 120;
    if (const auto* const plane = std::get_if<Camera2d>(&camera)) {
        if (framed) frame = axes(canvas, style, extent, *plane, look, captions);
        if ((framed && style.roomy) || look.scale_bar) scale_bar(canvas, style, extent, *plane, look, frame);
    } else if (framed) {
        axes_in_space(canvas, style, std::get<Camera3d>(camera), look, captions);
    }
    if (framed && style.roomy) legends(canvas, style, look, overlay_shown, extras);
    const double x = frame.left + 2.5 * style.gap;
    captions_at(canvas, style, look, captions.top_left, x, 2 * style.gap);
    std::vector<std::string> rows = captions.bottom_left;
    for (const auto& drawing : {extras.below, extras.above}) {
        if (drawing && style.roomy) rows.insert(rows.end(), drawing->keys.begin(), drawing->keys.end());
    }
    const double height = 1.2 * style.normal.pixels * static_cast<double>(rows.size());
    captions_at(canvas, style, look, rows, x, frame.bottom - height - 2 * style.gap);
}

}  // namespace scorefield::render
