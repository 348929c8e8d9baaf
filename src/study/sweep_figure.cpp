#include "study/sweep_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/names.hpp"

namespace scorefield::study {
namespace {

constexpr std::array<const char*, settings::kSweepDistances.size()> kAxisLabels = {
    "sliced W2", "k-NN two-sample statistic", "energy distance"};

std::size_t index_of(const std::string& distance) {
    const auto* const found = std::ranges::find(settings::kSweepDistances, distance);
    return static_cast<std::size_t>(found - settings::kSweepDistances.begin());
}

/// Sums over the seeds.
struct Point {
    double evaluations = 0;
    double distance = 0;
    double seeds = 0;
};

struct Series {
    std::string sampler;
    std::string spacing;
    std::map<int, Point> points;  ///< by steps
};

std::vector<Series> series_of(const std::vector<SweepRow>& rows, std::size_t distance) {
    std::vector<Series> all;
    for (const SweepRow& row : rows) {
        if (all.empty() || all.back().sampler != row.sampler || all.back().spacing != row.spacing) {
            all.push_back({row.sampler, row.spacing, {}});
        }
        Point& point = all.back().points[row.steps];
        point.evaluations += row.evaluations;
        point.distance += row.distances.at(distance);
        point.seeds += 1;
    }
    return all;
}

template <class Name>
std::size_t place_in(std::vector<Name>& names, const Name& name) {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    names.push_back(name);
    return names.size() - 1;
}

}  // namespace

render::Plot sweep_plot(const SweepResult& result, const std::string& distance) {
    constexpr std::size_t kColours = 7;
    const std::size_t index = index_of(distance);
    const std::vector<Series> all = series_of(result.rows, index);
    std::set<std::uint64_t> seeds;
    for (const SweepRow& row : result.rows) seeds.insert(row.seed);
    std::vector<std::string> samplers;
    std::vector<std::string> spacings;
    for (const Series& series : all) {
        place_in(samplers, series.sampler);
        place_in(spacings, series.spacing);
    }
    render::Plot plot;
    std::vector<double> across;
    std::vector<double> up = {result.floor.at(index)};
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Series& series = all[i];
        const std::size_t spacing = place_in(spacings, series.spacing);
        // Where there are more curves than colours, the colour tells the sampler and the line the spacing.
        const bool by_sampler = all.size() > kColours;
        render::Curve curve;
        curve.name = spacings.size() == 1 ? series.sampler : series.sampler + ", " + series.spacing;
        curve.colour = render::curve_colour(by_sampler ? place_in(samplers, series.sampler) : i);
        curve.dashed = by_sampler && spacing % 2 == 1;
        curve.width = by_sampler && spacing > 1 ? 1 : 2;
        curve.marker = 7;
        std::vector<std::array<double, 2>> points;
        for (const auto& [steps, point] : series.points) {
            points.push_back({point.evaluations / point.seeds, point.distance / point.seeds});
        }
        std::ranges::sort(points, {}, [](const auto& point) { return point[0]; });
        for (const auto& [evaluations, value] : points) {
            curve.x.push_back(evaluations);
            curve.y.push_back(value);
        }
        across.insert(across.end(), curve.x.begin(), curve.x.end());
        up.insert(up.end(), curve.y.begin(), curve.y.end());
        plot.curves.push_back(std::move(curve));
    }
    plot.x = render::logarithmic_axis("evaluations of the score per sample", across, 1.15);
    plot.y =
        render::logarithmic_axis(fmt::format("{}{}", kAxisLabels.at(index),
                                             seeds.size() > 1 ? fmt::format(", mean over {} seeds", seeds.size()) : ""),
                                 up, 1.3);
    const double floor = result.floor.at(index);
    plot.curves.push_back({.name = "floor: data against data",
                           .x = {plot.x.low, plot.x.high},
                           .y = {floor, floor},
                           .colour = {0.62f, 0.67f, 0.75f},
                           .width = 1.5,
                           .dashed = true});
    render::leave_room_for_legend(plot, sweep_layout(all.size()).panel_height);
    plot.title = fmt::format("Distance of the samples from {}, {} particles", result.reference,
                             base::group_digits(result.particles));
    return plot;
}

FigureLayout sweep_layout(std::size_t curves) {
    constexpr std::size_t kFitting = 16;
    constexpr std::size_t kLegendLine = 21;
    const std::size_t more = curves > kFitting ? curves - kFitting : 0;
    return {.panel_width = 960, .panel_height = static_cast<std::uint32_t>(600 + more * kLegendLine)};
}

}  // namespace scorefield::study
