#include "render/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "render/ticks.hpp"

namespace scorefield::render {
namespace {

constexpr Colour kGround = {0.027f, 0.031f, 0.047f};

constexpr double kTick = 6;
constexpr double kLegendPitch = 1.15;  ///< from line to line, in line heights

const FontSize& text_font(const PlotStyle& style) {
    return glyph_atlas().size_for(style.text);
}
const FontSize& title_font(const PlotStyle& style) {
    return glyph_atlas().size_for(style.title);
}

struct Tick {
    double value;
    std::string label;
};

/// Short enough for the room beside an axis: `5e-4` below a thousandth.
std::string logarithmic_label(double value) {
    constexpr double kSmall = 1e-3;
    constexpr double kLarge = 1e6;
    if (value > kSmall * 0.999 && value < kLarge) return fmt::format("{:g}", value);
    const double exponent = std::floor(std::log10(value) + 1e-9);
    return fmt::format("{:g}e{:g}", std::round(value / std::pow(10, exponent)), exponent);
}

/// Powers of ten, or of a power of ten, at most `most` intervals.
std::vector<Tick> decades(const Axis& axis, double most) {
    const double first = std::ceil(std::log10(axis.low) - 1e-9);
    const double last = std::floor(std::log10(axis.high) + 1e-9);
    const double stride = std::max(1.0, std::ceil((last - first) / most));
    std::vector<Tick> ticks;
    for (double decade = first; decade <= last; decade += stride) {
        const double value = std::pow(10, decade);
        ticks.push_back({value, logarithmic_label(value)});
    }
    return ticks;
}

/// The same with 2 and 5 times the powers of ten: where there are few powers, their labels alone tell too little.
std::vector<Tick> fine_decades(const Axis& axis) {
    std::vector<Tick> ticks;
    const double last = std::floor(std::log10(axis.high) + 1e-9);
    for (double decade = std::floor(std::log10(axis.low) - 1e-9); decade <= last; ++decade) {
        for (const double digit : {1.0, 2.0, 5.0}) {
            const double value = digit * std::pow(10, decade);
            if (value < axis.low * (1 - 1e-9) || value > axis.high * (1 + 1e-9)) continue;
            ticks.push_back({value, logarithmic_label(value)});
        }
    }
    return ticks;
}

std::vector<Tick> ticks_of(const Axis& axis, double most) {
    constexpr double kDecade = 10;
    constexpr double kFewDecades = 2.5;
    if (axis.logarithmic && axis.high / axis.low >= kDecade) {
        const double range = std::log10(axis.high / axis.low);
        return range <= kFewDecades && 3 * range <= most ? fine_decades(axis) : decades(axis, most);
    }
    const Ticks places = make_ticks(axis.low, axis.high, most);
    std::vector<Tick> ticks;
    // Even steps come closer to each other towards the upper end of a logarithmic axis.
    constexpr double kLeastDistance = 0.7;
    double last = -HUGE_VAL;
    for (const double value : places.places) {
        const double at = axis_share(axis, value);
        if (axis.logarithmic && (at - last) * most < kLeastDistance) continue;
        last = at;
        ticks.push_back({value, tick_label(value, places.step)});
    }
    return ticks;
}

using Point = std::array<double, 2>;

/// A plot's units as pixels of its inside.
class Window {
  public:
    Window(const Area& inside, const Plot& plot) : inside_(inside), plot_(plot) {}

    double across(double x) const { return inside_.x + axis_share(plot_.x, x) * inside_.width; }
    double down(double y) const { return inside_.y + (1 - axis_share(plot_.y, y)) * inside_.height; }
    Point pixel(double x, double y) const { return {across(x), down(y)}; }

    /// The part of a line within the inside (Liang & Barsky 1984); none where it does not meet it.
    std::optional<std::array<Point, 2>> clipped(const Point& from, const Point& to) const {
        const Point low = {inside_.x, inside_.y};
        const Point high = {inside_.x + inside_.width, inside_.y + inside_.height};
        double first = 0;
        double last = 1;
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const double way = to[axis] - from[axis];
            const double enter = low[axis] - from[axis];
            const double leave = high[axis] - from[axis];
            if (way == 0) {
                if (enter > 0 || leave < 0) return std::nullopt;
                continue;
            }
            first = std::max(first, std::min(enter / way, leave / way));
            last = std::min(last, std::max(enter / way, leave / way));
        }
        if (first > last) return std::nullopt;
        const auto at = [&](double share) -> Point {
            return {from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])};
        };
        return {{at(first), at(last)}};
    }

  private:
    const Area& inside_;
    const Plot& plot_;
};

void draw_axes(DrawingSurface& canvas, const Area& inside, const Window& window, const Plot& plot,
               const PlotStyle& style) {
    // Lines of text from tick to tick.
    const double lines_across = style.compact ? 3.5 : 5;
    const double lines_down = style.compact ? 1.9 : 10.0 / 3;
    const FontSize& font = text_font(style);
    const Ink rule{style.rule_colour, 0.75f};
    const Ink grid{style.rule_colour, 0.12f};
    const Ink label{style.text_colour, 1};
    const double bottom = inside.y + inside.height;
    const double right = inside.x + inside.width;
    for (const Tick& tick : ticks_of(plot.x, std::max(1.0, inside.width / (lines_across * style.text)))) {
        const double at = std::floor(window.across(tick.value)) + 0.5;
        canvas.line(at, inside.y, at, bottom, 1, grid);
        canvas.line(at, bottom, at, bottom + kTick, 1, rule);
        canvas.text(at, bottom + kTick + 1, font, tick.label, label, Align::centre);
    }
    for (const Tick& tick : ticks_of(plot.y, std::max(1.0, inside.height / (lines_down * style.text)))) {
        const double at = std::floor(window.down(tick.value)) + 0.5;
        canvas.line(inside.x, at, right, at, 1, grid);
        canvas.line(inside.x - kTick, at, inside.x, at, 1, rule);
        canvas.text(inside.x - kTick - 4, at - 0.5 * font.pixels, font, tick.label, label, Align::right);
    }
    canvas.line(inside.x, inside.y, inside.x, bottom, 1, rule);
    canvas.line(inside.x, bottom, right, bottom, 1, rule);
    if (!style.compact) {
        canvas.text(inside.x + 0.5 * inside.width, bottom + kTick + font.pixels + 3, font, plot.x.label, label,
                    Align::centre);
    }
    canvas.text(inside.x + 6, inside.y + 3, font, plot.y.label, label);
}

/// Goes on with the dashes where the last line of the curve left off.
void draw_dashes(DrawingSurface& canvas, const Point& from, const Point& to, const Curve& curve, double& travelled) {
    constexpr double kDash = 9;
    const double length = std::hypot(to[0] - from[0], to[1] - from[1]);
    for (double at = 0; at < length;) {
        const double phase = std::fmod(travelled + at, 2 * kDash);
        const double end = std::min(length, at + (phase < kDash ? kDash : 2 * kDash) - phase);
        const auto x = [&](double s) { return from[0] + s / length * (to[0] - from[0]); };
        const auto y = [&](double s) { return from[1] + s / length * (to[1] - from[1]); };
        if (phase < kDash) canvas.line(x(at), y(at), x(end), y(end), curve.width, {curve.colour, 1});
        at = std::max(end, std::nextafter(at, HUGE_VAL));
    }
    travelled += length;
}

void draw_markers(DrawingSurface& canvas, const Window& window, const Curve& curve) {
    if (curve.marker <= 0) return;
    for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i) {
        const Point at = window.pixel(curve.x[i], curve.y[i]);
        if (!std::isfinite(at[0] + at[1]) || !window.clipped(at, at)) continue;
        canvas.rectangle(at[0] - 0.5 * curve.marker, at[1] - 0.5 * curve.marker, curve.marker, curve.marker,
                         {curve.colour, 1});
    }
}

void draw_curve(DrawingSurface& canvas, const Window& window, const Curve& curve) {
    draw_markers(canvas, window, curve);
    if (curve.width <= 0) return;
    double travelled = 0;
    for (std::size_t i = 1; i < std::min(curve.x.size(), curve.y.size()); ++i) {
        const Point from = window.pixel(curve.x[i - 1], curve.y[i - 1]);
        const Point to = window.pixel(curve.x[i], curve.y[i]);
        if (!std::isfinite(from[0] + from[1] + to[0] + to[1])) continue;
        const auto part = window.clipped(from, to);
        if (!part) continue;
        const auto& [begin, end] = *part;
        if (curve.dashed) {
            draw_dashes(canvas, begin, end, curve, travelled);
        } else {
            canvas.line(begin[0], begin[1], end[0], end[1], curve.width, {curve.colour, 1});
        }
    }
}

constexpr double kSwatch = 26;  ///< width of a line in the legend

/// What stands for a curve in the legend: a line, or a marker where it has no lines.
void draw_swatch(DrawingSurface& canvas, double x, double middle, double width, const Curve& curve) {
    double travelled = 0;
    if (curve.width <= 0) {
        const double side = curve.marker;
        canvas.rectangle(x + 0.5 * (width - side), middle - 0.5 * side, side, side, {curve.colour, 1});
    } else if (curve.dashed) {
        draw_dashes(canvas, {x, middle}, {x + width, middle}, curve, travelled);
    } else {
        canvas.line(x, middle, x + width, middle, curve.width, {curve.colour, 1});
    }
}

/// In one row that ends at `right`, as many curves as there is room for.
void draw_row_legend(DrawingSurface& canvas, double left, double right, double y, const Plot& plot,
                     const PlotStyle& style) {
    constexpr double kGap = 5;
    constexpr double kShort = 0.6;
    const FontSize& font = text_font(style);
    const double swatch = kShort * kSwatch;
    double width = 0;
    for (const Curve& curve : plot.curves) {
        if (!curve.name.empty()) width += swatch + 2 * kGap + text_width(font, curve.name);
    }
    double x = std::max(left, right - width);
    for (const Curve& curve : plot.curves) {
        if (curve.name.empty()) continue;
        const double end = x + swatch + 2 * kGap + text_width(font, curve.name);
        if (end > right + 1) return;
        draw_swatch(canvas, x + kGap, y + 0.5 * font.pixels, swatch - kGap, curve);
        canvas.text(x + swatch + kGap, y, font, curve.name, {style.text_colour, 1});
        x = end;
    }
}

void draw_legend(DrawingSurface& canvas, const Area& inside, const Plot& plot, const PlotStyle& style) {
    constexpr double kGap = 8;
    const FontSize& font = text_font(style);
    int widest = 0;
    double lines = 0;
    for (const Curve& curve : plot.curves) {
        if (curve.name.empty()) continue;
        widest = std::max(widest, text_width(font, curve.name));
        lines += 1;
    }
    if (lines == 0) return;
    const double width = widest + kSwatch + 3 * kGap;
    const double pitch = kLegendPitch * font.pixels;
    const double x = plot.legend_left ? inside.x + kGap : inside.x + inside.width - width - kGap;
    double y = inside.y + (plot.legend_left ? 1.5 * font.pixels : kGap);
    canvas.rectangle(x, y, width, lines * pitch + kGap, {kGround, 0.8f});
    y += 0.5 * kGap;
    for (const Curve& curve : plot.curves) {
        if (curve.name.empty()) continue;
        draw_swatch(canvas, x + kGap, y + 0.5 * font.pixels, kSwatch, curve);
        canvas.text(x + 2 * kGap + kSwatch, y, font, curve.name, {style.text_colour, 1});
        y += pitch;
    }
}

}  // namespace

Colour curve_colour(std::size_t index) {
    static constexpr std::array<Colour, 7> kColours = {{{0.34f, 0.71f, 0.91f},
                                                        {0.90f, 0.62f, 0.00f},
                                                        {0.00f, 0.75f, 0.55f},
                                                        {0.94f, 0.89f, 0.26f},
                                                        {0.95f, 0.45f, 0.15f},
                                                        {0.85f, 0.55f, 0.72f},
                                                        {0.72f, 0.74f, 0.78f}}};
    return kColours[index % kColours.size()];
}

Area plot_inside(const Area& area, const PlotStyle& style) {
    constexpr double kRight = 12;
    const double text = text_font(style).pixels;
    const double top = title_font(style).pixels + (style.compact ? 6.0 : 14.0);
    const double bottom = kTick + (style.compact ? text + 2.0 : 2.0 * text + 8.0);
    return {std::round(area.x + style.left), std::round(area.y + top), std::round(area.width - style.left - kRight),
            std::round(area.height - top - bottom)};
}

double axis_share(const Axis& axis, double value) {
    if (!axis.logarithmic) return (value - axis.low) / (axis.high - axis.low);
    return std::log(value / axis.low) / std::log(axis.high / axis.low);
}

double axis_value(const Axis& axis, double share) {
    if (!axis.logarithmic) return std::lerp(axis.low, axis.high, share);
    return axis.low * std::pow(axis.high / axis.low, share);
}

Axis logarithmic_axis(const std::string& label, std::span<const double> values, double room) {
    double low = HUGE_VAL;
    double high = 0;
    for (const double value : values) {
        if (!std::isfinite(value) || value <= 0) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    if (high == 0) low = high = 1;
    return {.label = label, .low = low / room, .high = high * room, .logarithmic = true};
}

void leave_room_for_legend(Plot& plot, double height) {
    constexpr double kMostShare = 0.35;
    const double inside = plot_inside({0, 0, height, height}).height;
    const auto named = std::ranges::count_if(plot.curves, [](const Curve& curve) { return !curve.name.empty(); });
    const double legend = (static_cast<double>(named) + 1) * kLegendPitch * text_font({}).pixels;
    const double share = std::min(legend / inside, kMostShare);
    const double more = share / (1 - share);
    if (plot.y.logarithmic) {
        plot.y.high *= std::pow(plot.y.high / plot.y.low, more);
    } else {
        plot.y.high += more * (plot.y.high - plot.y.low);
    }
}

void draw_plot(DrawingSurface& canvas, const Area& area, const Plot& plot, const PlotStyle& style) {
    const Area inside = plot_inside(area, style);
    const Window window(inside, plot);
    const double title = style.compact ? area.y + 1 : area.y + 6;
    canvas.text(inside.x, title, title_font(style), plot.title, {style.title_colour, 1});
    draw_axes(canvas, inside, window, plot, style);
    // Markers alone stand below the lines, which many of them would hide.
    for (const bool lines : {false, true}) {
        for (const Curve& curve : plot.curves) {
            if (lines == (curve.width > 0)) draw_curve(canvas, window, curve);
        }
    }
    if (style.compact) {
        const double left = inside.x + text_width(title_font(style), plot.title);
        draw_row_legend(canvas, left, inside.x + inside.width, title, plot, style);
    } else {
        draw_legend(canvas, inside, plot, style);
    }
}

}  // namespace scorefield::render
