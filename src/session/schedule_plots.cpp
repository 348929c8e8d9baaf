#include "session/schedule_plots.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace scorefield::session {
namespace {

constexpr double kMarkerSide = 5;            ///< pixels
constexpr double kSmallMarker = 4;           ///< where there are more than
constexpr std::size_t kFewEvaluations = 25;  ///< evaluations
constexpr std::size_t kMostMarkers = 2000;   ///< markers of a curve
constexpr double kAxisMargin = 0.05;         ///< of an axis beyond its values

using Column = std::vector<double> LevelColumns::*;

ScheduleAxis axis_in_effect(const NoiseSchedule& schedule, ScheduleAxis across) {
    return schedule.run.size() == 0 && across == ScheduleAxis::step ? ScheduleAxis::t : across;
}

Column column_of(ScheduleAxis across) {
    switch (across) {
        case ScheduleAxis::step:
            return &LevelColumns::step;
        case ScheduleAxis::log_snr:
            return &LevelColumns::log_snr;
        default:
            return &LevelColumns::t;
    }
}

/// The lowest and the highest finite value; 0 and 1 where there is none.
std::pair<double, double> range_of(std::span<const double> values) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    return low <= high ? std::pair(low, high) : std::pair(0.0, 1.0);
}

/// Holds these values, with a margin; a single value stands in the middle.
render::Axis linear_axis(const std::string& label, double low, double high) {
    double margin = kAxisMargin * (high - low);
    if (margin == 0) margin = low == 0 ? 1 : 0.5 * std::abs(low);
    return {.label = label, .low = low - margin, .high = high + margin};
}

/// Without a margin, so that curves fill the width.
render::Axis across_axis(const NoiseSchedule& schedule, ScheduleAxis across) {
    if (across == ScheduleAxis::step) return {.label = "step", .low = 0, .high = schedule.run.step.back()};
    constexpr double kWide = 1e4;  // of times, as those of edm, which are its noise
    const bool by_time = across == ScheduleAxis::t;
    const auto [low, high] = range_of(by_time ? schedule.levels.t : schedule.levels.log_snr);
    const std::string label = by_time ? "t" : "log-SNR λ = log(α/σ)";
    if (low == high) return linear_axis(label, low, high);
    const double noisy = schedule.lowest_noisy;
    if (by_time && noisy > 0 && high > kWide * noisy) {
        return {.label = label, .low = noisy, .high = high, .logarithmic = true};
    }
    return {.label = label, .low = low, .high = high};
}

/// The range without the outer twentieths of the times, where that is far smaller than the whole.
std::pair<double, double> calm_range(const LevelColumns& levels, std::span<const double> values) {
    constexpr double kEnd = 0.05;
    constexpr double kFar = 5;
    const auto [least, most] = range_of(levels.t);
    const double first = std::lerp(least, most, kEnd);
    const double last = std::lerp(least, most, 1 - kEnd);
    std::vector<double> inner;
    bool finite = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
        finite &= std::isfinite(values[i]);
        if (levels.t[i] >= first && levels.t[i] <= last) inner.push_back(values[i]);
    }
    const auto whole = range_of(values);
    const auto calm = range_of(inner);
    const bool far = whole.second - whole.first > kFar * (calm.second - calm.first);
    return inner.empty() || (finite && !far) || calm.first == calm.second ? whole : calm;
}

/// Draws quantities of a schedule over one axis.
class Plotter {
  public:
    Plotter(const NoiseSchedule& schedule, ScheduleAxis across)
        : schedule_(schedule),
          across_(across),
          x_(column_of(across)),
          columns_(across == ScheduleAxis::step ? schedule.run : schedule.levels),
          axis_(across_axis(schedule, across)) {}

    render::Plot begin(std::string title) const {
        render::Plot plot;
        plot.title = std::move(title);
        plot.x = axis_;
        return plot;
    }

    void add(render::Plot& plot, const std::string& name, Column column) const {
        plot.curves.push_back({.name = name,
                               .x = columns_.*x_,
                               .y = columns_.*column,
                               .colour = render::curve_colour(plot.curves.size())});
    }

    /// Markers at the evaluations on every curve so far; the first of them is named.
    void add_evaluations(render::Plot& plot, std::span<const Column> columns) const {
        const LevelColumns& evaluations = schedule_.evaluations;
        if (evaluations.size() == 0) return;
        const std::size_t every = (evaluations.size() + kMostMarkers - 1) / kMostMarkers;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            render::Curve marks;
            marks.name = c == 0 ? "evaluations" : "";
            marks.colour = render::curve_colour(6);
            marks.width = 0;
            marks.marker = evaluations.size() <= kFewEvaluations ? kMarkerSide : kSmallMarker;
            for (std::size_t i = 0; i < evaluations.size(); i += every) {
                marks.x.push_back((evaluations.*x_)[i]);
                marks.y.push_back((evaluations.*columns[c])[i]);
            }
            plot.curves.push_back(std::move(marks));
        }
    }

    const LevelColumns& columns() const { return columns_; }
    render::Axis time_axis() const { return across_axis(schedule_, ScheduleAxis::t); }
    ScheduleAxis across() const { return across_; }

  private:
    const NoiseSchedule& schedule_;
    ScheduleAxis across_;
    Column x_;
    const LevelColumns& columns_;
    render::Axis axis_;
};

render::Plot scales_plot(const Plotter& plotter) {
    const LevelColumns& shown = plotter.columns();
    constexpr double kLarge = 10;
    render::Plot plot = plotter.begin("α and σ");
    plotter.add(plot, "α", &LevelColumns::alpha);
    plotter.add(plot, "σ", &LevelColumns::sigma);
    plotter.add_evaluations(plot, std::vector<Column>{&LevelColumns::alpha, &LevelColumns::sigma});
    const double most = range_of(shown.sigma).second;
    std::vector<double> values = shown.alpha;
    values.insert(values.end(), shown.sigma.begin(), shown.sigma.end());
    plot.y = most > kLarge ? render::logarithmic_axis("", values, 1.3) : linear_axis("", 0, std::max(1.0, most));
    return plot;
}

render::Plot level_plot(const Plotter& plotter) {
    const LevelColumns& shown = plotter.columns();
    const bool over_snr = plotter.across() == ScheduleAxis::log_snr;
    const Column column = over_snr ? &LevelColumns::t : &LevelColumns::log_snr;
    render::Plot plot = plotter.begin(over_snr ? "time" : "log-SNR");
    plotter.add(plot, over_snr ? "t" : "λ = log(α/σ)", column);
    plotter.add_evaluations(plot, std::vector<Column>{column});
    const auto [low, high] = range_of(shown.*column);
    plot.y = linear_axis("", low, high);
    if (over_snr) {
        const render::Axis time = plotter.time_axis();
        if (time.logarithmic) plot.y = render::logarithmic_axis("", shown.t, 1.3);
    }
    return plot;
}

render::Plot beta_plot(const Plotter& plotter) {
    const LevelColumns& shown = plotter.columns();
    render::Plot plot = plotter.begin("β of a timestep");
    plotter.add(plot, "β_t", &LevelColumns::beta);
    plotter.add_evaluations(plot, std::vector<Column>{&LevelColumns::beta});
    plot.y = linear_axis("", 0, range_of(shown.beta).second);
    return plot;
}

render::Plot sde_plot(const Plotter& plotter) {
    const LevelColumns& shown = plotter.columns();
    constexpr double kWide = 1000;
    const bool drifts = range_of(shown.drift) != std::pair(0.0, 0.0);
    render::Plot plot = plotter.begin(drifts ? "dx = f x dt + g dw" : "dx = g dw");
    auto [low, high] = calm_range(shown, shown.diffusion);
    if (drifts) {
        plotter.add(plot, "f", &LevelColumns::drift);
        const auto [least, most] = calm_range(shown, shown.drift);
        low = std::min(low, least);
        high = std::max(high, most);
    }
    plotter.add(plot, "g²", &LevelColumns::diffusion);
    std::vector<Column> columns = {&LevelColumns::diffusion};
    if (drifts) columns.insert(columns.begin(), &LevelColumns::drift);
    plotter.add_evaluations(plot, columns);
    plot.y = linear_axis("", low, high);
    if (low > 0 && high > kWide * low) plot.y = render::logarithmic_axis("", shown.diffusion, 1.3);
    return plot;
}

render::Plot weights_plot(const NoiseSchedule& schedule, const Plotter& plotter) {
    render::Plot plot = plotter.begin("weights of a step");
    render::Curve of_state = {
        .name = "x_t", .x = {}, .y = {}, .colour = render::curve_colour(0), .marker = kMarkerSide};
    render::Curve of_data = {.name = "x₀", .x = {}, .y = {}, .colour = render::curve_colour(1), .marker = kMarkerSide};
    std::vector<double> values = {0, 1};
    for (const UpdateWeights& weights : schedule.weights) {
        const std::optional<double> x = schedule_place(schedule, plotter.across(), weights.from);
        if (!x) continue;
        for (render::Curve* const curve : {&of_state, &of_data}) curve->x.push_back(*x);
        of_state.y.push_back(weights.of_state);
        of_data.y.push_back(weights.of_data);
    }
    values.insert(values.end(), of_state.y.begin(), of_state.y.end());
    values.insert(values.end(), of_data.y.begin(), of_data.y.end());
    plot.curves = {std::move(of_state), std::move(of_data)};
    const auto [low, high] = range_of(values);
    plot.y = linear_axis("", low, high);
    return plot;
}

}  // namespace

std::vector<render::Plot> schedule_plots(const NoiseSchedule& schedule, ScheduleAxis across) {
    const Plotter plotter(schedule, axis_in_effect(schedule, across));
    std::vector<render::Plot> plots = {scales_plot(plotter), level_plot(plotter),
                                       schedule.discrete ? beta_plot(plotter) : sde_plot(plotter)};
    if (schedule.weights.empty()) return plots;
    render::Plot weights = weights_plot(schedule, plotter);
    if (!weights.curves.front().x.empty()) plots.push_back(std::move(weights));
    return plots;
}

std::optional<double> schedule_place(const NoiseSchedule& schedule, ScheduleAxis across, const RunState& state) {
    if (schedule.run.size() == 0) return std::nullopt;
    if (across == ScheduleAxis::step) return state.number;
    if (state.is_result) return std::nullopt;
    if (across == ScheduleAxis::t) return state.t;
    const double log_snr = diffusion::log_snr({state.alpha, state.sigma});
    return std::isfinite(log_snr) ? std::optional(log_snr) : std::nullopt;
}

}  // namespace scorefield::session
