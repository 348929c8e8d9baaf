#include "session/line_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace scorefield::session {
namespace {

constexpr double kStrip = 0.5;        ///< world units above and below 0 that the particles take
constexpr double kAbove = 62;         ///< pixels for captions
constexpr double kBelow = 64;         ///< pixels for axis and keys
constexpr double kGap = 14;           ///< pixels from the strip
constexpr double kLeastHeight = 60;   ///< pixels
constexpr double kHeadroom = 1.12;    ///< above the highest value of the curve
constexpr std::size_t kPoints = 384;  ///< of the curve

/// World y coordinate of a pixel row.
double world_of(const LineViewQuestion& question, double pixel_row) {
    return question.camera.to_world(question.extent, {0, pixel_row})[1];
}

std::vector<double> places(const LineViewQuestion& question, std::size_t count) {
    const render::Bounds bounds = question.camera.visible(question.extent);
    std::vector<double> x;
    for (std::size_t i = 0; i < count; ++i) {
        const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
        x.push_back(bounds.low[0] + share * (bounds.high[0] - bounds.low[0]));
    }
    return x;
}

void add_curve(render::LineDrawing& drawing, const LineViewQuestion& question, const std::vector<double>& x,
               const std::vector<double>& density, const render::HistogramPlace& place, double scale) {
    const render::Colour& colour = render::palette_of(question.particles.background).line;
    const double bottom = world_of(question, place.bottom);
    const double top = world_of(question, place.top);
    const auto point = [&](std::size_t i) {
        return std::array{x[i], bottom + (top - bottom) * std::min(density[i] / place.most, 1.0)};
    };
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        drawing.lines.push_back({point(i), point(i + 1), 2 * scale, {colour, 0.95F}});
    }
    drawing.keys.emplace_back(question.predicted ? "bars: predicted x₀; curve: density of the data"
                                                 : "bars: particles; curve: expected density");
}

/// Three rows of arrows across the strip, with the same field in each.
void add_arrows(render::LineDrawing& drawing, const LineViewQuestion& question, const render::FieldLook& look) {
    constexpr double kCell = 30;  // pixels
    const auto count = static_cast<std::size_t>(question.extent.width / (kCell * look.scale));
    if (count < 2) return;
    render::VectorField field;
    field.title = field_title(question.field);
    const std::vector<double> x = places(question, count);
    const std::vector<double> values = question.source->vectors(question.field, x, question.at, {});
    for (std::size_t i = 0; i < x.size(); ++i) {
        for (const double y : {-0.33, 0.0, 0.33}) {
            field.points.insert(field.points.end(), {x[i], y});
            field.vectors.insert(field.vectors.end(), {values[i], 0});
        }
    }
    const render::LineDrawing arrows = render::arrows(field, kCell * look.scale * look.pixel, look);
    drawing.lines.insert(drawing.lines.end(), arrows.lines.begin(), arrows.lines.end());
    drawing.legend = arrows.legend;
}

/// Density of the fullest bar of these points; 0 without points.
double tallest_bar(const data::Points& points, const LineViewQuestion& question) {
    if (points.count == 0) return 0;
    const double width = render::Histogram::kBarWidth * question.camera.pixel_size(question.extent);
    const double left = question.camera.to_world(question.extent, {0, 0})[0];
    std::vector<std::size_t> counts(
        static_cast<std::size_t>(std::ceil(question.extent.width / render::Histogram::kBarWidth)));
    for (std::size_t i = 0; i < points.count; ++i) {
        const double bin = (double{points.values[i * points.dim]} - left) / width;
        if (bin >= 0 && bin < static_cast<double>(counts.size())) ++counts[static_cast<std::size_t>(bin)];
    }
    return static_cast<double>(*std::ranges::max_element(counts)) / (static_cast<double>(points.count) * width);
}

}  // namespace

bool LineViewQuestion::operator==(const LineViewQuestion& other) const {
    return source == other.source && at == other.at && density == other.density && data == other.data &&
           camera == other.camera && extent.width == other.extent.width && extent.height == other.extent.height &&
           field == other.field && particles == other.particles && predicted == other.predicted;
}

LineView line_view(const LineViewQuestion& question) {
    LineView view;
    auto drawing = std::make_shared<render::LineDrawing>();
    const render::FieldLook look = render::field_look(question.camera, question.extent, question.particles);
    const double scale = look.scale;
    const auto row_of = [&](double y) { return question.camera.to_pixel(question.extent, {0, y})[1]; };
    const double top = kAbove * scale;
    const double above_strip = row_of(kStrip) - kGap * scale;
    const double below_strip = row_of(-kStrip) + kGap * scale;
    const double bottom = question.extent.height - kBelow * scale;
    if (above_strip - top >= kLeastHeight * scale) {
        const std::vector<double> x = places(question, kPoints);
        std::vector<double> density;
        if (question.source) density = question.source->line_density(x, question.density);
        double most = 0;
        for (const double value : density) most = std::max(most, std::isfinite(value) ? value : 0);
        if (!(most > 0) && question.data) most = tallest_bar(*question.data, question);
        // Without a curve and data: eight times an even density.
        constexpr double kUnknown = 8;
        const render::Bounds bounds = question.camera.visible(question.extent);
        if (!(most > 0)) most = kUnknown / (bounds.high[0] - bounds.low[0]);
        view.histogram = {top, above_strip, kHeadroom * most};
        if (!density.empty()) add_curve(*drawing, question, x, density, view.histogram, scale);
    }
    if (bottom - below_strip >= kLeastHeight * scale) {
        view.time = TimeAxis{world_of(question, bottom), world_of(question, below_strip)};
    }
    if (question.source && question.field != render::FieldKind::none) add_arrows(*drawing, question, look);
    view.below = std::move(drawing);
    return view;
}

}  // namespace scorefield::session
