#include "session/paths.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/thread_pool.hpp"
#include "sample/host_population.hpp"
#include "session/host_engine.hpp"

namespace scorefield::session {
namespace {

/// The logistic approximation of the normal distribution function that shaders/render/origin.comp uses.
double share_below(double z) {
    const double within = std::clamp(z, -6.0, 6.0);
    return 1 / (1 + std::exp(-(1.5976 * within + 0.07056 * within * within * within)));
}

using Place = std::array<double, 3>;

render::WorldLine line_between(const Place& from, const Place& to, double width, const render::Ink& ink) {
    return {{from[0], from[1]}, {to[0], to[1]}, width, ink, from[2], to[2]};
}

/// Where a particle of a state is in the picture's world.
Place place_of(const Paths& paths, int state, std::size_t particle, const TimeAxis& time) {
    const std::span<const float> values = paths.place(state, particle);
    const double share = static_cast<double>(state) / std::max(1, paths.steps);
    const double y = paths.dim == 1 ? time.first + share * (time.last - time.first) : static_cast<double>(values[1]);
    const double z = paths.dim >= 3 ? static_cast<double>(values[2]) : 0;
    return {static_cast<double>(values[0]), y, z};
}

class TrailPainter {
  public:
    TrailPainter(const Paths& paths, const diffusion::StartLaw& start, const TimeAxis& time,
                 const render::Palette& palette)
        : paths_(paths), start_(start), time_(time), palette_(palette) {}

    Place place(int state, std::size_t particle) const { return place_of(paths_, state, particle, time_); }

    /// Leaves out the states between every `stride` of them.
    void add_trail(render::LineDrawing& drawing, std::size_t particle, int first, int last, int stride) const {
        constexpr double kWidth = 1.3;
        constexpr double kHead = 4;
        constexpr double kOpacity = 0.85;
        const auto x = static_cast<double>(paths_.place(0, particle)[0]);
        const render::Colour colour = render::origin_colour(share_below((x - start_.mean_of(0)) / start_.scale_of(0)));
        for (int state = first; state < last; state += stride) {
            const int next = std::min(state + stride, last);
            const double share = static_cast<double>(state - first + 1) / (last - first);
            add_line(drawing, place(state, particle), place(next, particle), kWidth,
                     {colour, static_cast<float>(kOpacity * share)});
        }
        add_line(drawing, place(last, particle), place(last, particle), kHead, {colour, 1});
    }

    void add_path(render::LineDrawing& drawing, std::size_t particle, int now) const {
        constexpr double kMark = 4.5;
        constexpr double kHead = 9;
        constexpr int kMostMarks = 2000;
        const int stride = paths_.steps / kMostMarks + 1;
        for (int state = 0; state < paths_.steps; state += stride) {
            add_line(drawing, place(state, particle), place(std::min(state + stride, paths_.steps), particle),
                     state < now ? 2.4 : 1.2, {palette_.path, state < now ? 1.0F : 0.6F});
        }
        for (int state = 0; state <= paths_.steps; state += stride) {
            add_line(drawing, place(state, particle), place(state, particle), kMark,
                     {palette_.path, state <= now ? 1.0F : 0.6F});
        }
        add_line(drawing, place(now, particle), place(now, particle), kHead, {palette_.now, 1});
    }

  private:
    static void add_line(render::LineDrawing& drawing, const Place& from, const Place& to, double width,
                         const render::Ink& ink) {
        if (!std::isfinite(from[0] + from[1] + from[2] + to[0] + to[1] + to[2])) return;
        drawing.lines.push_back(line_between(from, to, width, ink));
    }

    const Paths& paths_;
    const diffusion::StartLaw& start_;
    TimeAxis time_;
    const render::Palette& palette_;
};

}  // namespace

PathsRun paths_run(std::shared_ptr<const model::Model> model, const PreparedRun& run) {
    const std::uint32_t particles = std::min(run.spec.particles, render::kMostTrails);
    const std::size_t values = run.start.empty() ? 0 : particles * model->dim();
    return {std::move(model),
            run.program,
            run.spec.seed,
            {run.start.begin(), run.start.begin() + static_cast<std::ptrdiff_t>(values)},
            particles};
}

std::shared_ptr<const Paths> compute_paths(const PathsRun& run, const std::function<void()>& check_cancelled) {
    base::ThreadPool caller_only(1);
    std::unique_ptr<sample::HostSource> source;
    if (run.model->target || run.model->checkpoint) source = make_host_source(*run.model);
    std::vector<const sample::HostSource*> sources;
    if (source) sources.push_back(source.get());
    sample::HostPopulation population(caller_only, sources, run.particles, run.program.registers);
    population.load(run.program, run.seed, {0, run.particles}, {.init = run.start, .known = {}, .mask = {}},
                    check_cancelled);
    auto paths = std::make_shared<Paths>();
    paths->count = run.particles;
    paths->dim = population.dim();
    paths->steps = run.program.steps;
    const std::size_t size = paths->count * paths->dim;
    paths->values.resize(size * (static_cast<std::size_t>(paths->steps) + 1));
    for (int state = 0; state <= paths->steps; ++state) {
        population.seek(state);
        while (!population.arrived()) population.advance({});
        population.read(std::span(paths->values).subspan(static_cast<std::size_t>(state) * size, size));
        if (check_cancelled) check_cancelled();
    }
    return paths;
}

std::shared_ptr<const render::LineDrawing> trail_drawing(const Paths& paths, const diffusion::StartLaw& start,
                                                         int state, const render::Guides& guides,
                                                         std::uint32_t particles, const std::optional<TimeAxis>& time,
                                                         render::Background background) {
    auto drawing = std::make_shared<render::LineDrawing>();
    const bool over_time = paths.dim == 1;
    if (over_time && !time) return drawing;
    const TrailPainter painter(paths, start, time.value_or(TimeAxis()), render::palette_of(background));
    const std::size_t count = std::min<std::size_t>({guides.trails, particles, paths.count});
    const int first = over_time ? 0 : std::max(0, state - static_cast<int>(guides.trail_steps));
    // A picture has a bounded number of lines.
    constexpr std::size_t kMostSteps = 24'000;
    const std::size_t steps = count * static_cast<std::size_t>(state - first);
    const auto stride = static_cast<int>(steps / kMostSteps + 1);
    for (std::size_t particle = 0; particle < count; ++particle) {
        painter.add_trail(*drawing, particle, first, state, stride);
    }
    if (guides.follow && static_cast<std::size_t>(*guides.follow) < paths.count) {
        painter.add_path(*drawing, static_cast<std::size_t>(*guides.follow), state);
    }
    return drawing;
}

std::optional<int> nearest_path(const Paths& paths, int state, const render::LineProjection& projection,
                                const std::array<double, 2>& pixel, double reach, const std::optional<TimeAxis>& time) {
    std::optional<int> nearest;
    double least = reach;
    for (std::size_t particle = 0; particle < paths.count; ++particle) {
        const Place place = place_of(paths, state, particle, time.value_or(TimeAxis()));
        const auto seen = projection.seen(line_between(place, place, 0, {}));
        if (!seen) continue;
        const double distance = std::hypot(seen->from[0] - pixel[0], seen->from[1] - pixel[1]);
        if (!(distance <= least)) continue;
        least = distance;
        nearest = static_cast<int>(particle);
    }
    return nearest;
}

}  // namespace scorefield::session
