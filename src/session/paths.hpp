#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "diffusion/program.hpp"
#include "model/model.hpp"
#include "render/guides.hpp"
#include "render/line_drawing.hpp"
#include "render/line_projection.hpp"
#include "session/prepared_run.hpp"

namespace scorefield::session {

/// The states of the first particles of a run.
struct Paths {
    std::size_t count = 0;
    std::size_t dim = 0;
    int steps = 0;
    std::vector<float> values;  ///< (steps + 1, count, dim), in the units of the states

    std::span<const float> place(int state, std::size_t particle) const {
        return std::span(values).subspan((static_cast<std::size_t>(state) * count + particle) * dim, dim);
    }
};

/// Where the states of one-dimensional particles go in a picture, in world units up.
struct TimeAxis {
    double first = 0;  ///< of the start
    double last = 1;   ///< of the result

    bool operator==(const TimeAxis&) const = default;
};

/// A run of which some paths are wanted. Immutable.
struct PathsRun {
    std::shared_ptr<const model::Model> model;
    diffusion::Program program;
    std::uint64_t seed = 0;
    std::vector<float> start;     ///< of the first particles, (particles, dim); empty: draws of the program's start law
    std::uint32_t particles = 0;  ///< at most render::kMostTrails
};

/// The part of a run that paths need.
PathsRun paths_run(std::shared_ptr<const model::Model> model, const PreparedRun& run);

/// The paths of its first particles, computed on the host with one thread: the same noise as on any device, and states
/// that agree within the tolerance of the engines. `check_cancelled` is called after each step and may throw.
std::shared_ptr<const Paths> compute_paths(const PathsRun& run, const std::function<void()>& check_cancelled);

/// Draws the last `guides.trail_steps` steps of the first `guides.trails` particles up to `state`, brighter towards the
/// end, coloured by the first coordinate of the start. Also draws the whole path of particle `guides.follow`, with a
/// mark at each state. In one dimension, y is the state on the `time` axis and trails begin at state 0; without `time`,
/// nothing is drawn.
std::shared_ptr<const render::LineDrawing> trail_drawing(const Paths& paths, const diffusion::StartLaw& start,
                                                         int state, const render::Guides& guides,
                                                         std::uint32_t particles,
                                                         const std::optional<TimeAxis>& time = std::nullopt,
                                                         render::Background background = render::Background::dark);

/// The path whose particle in this state is shown nearest to a pixel; none within `reach` pixels.
std::optional<int> nearest_path(const Paths& paths, int state, const render::LineProjection& projection,
                                const std::array<double, 2>& pixel, double reach,
                                const std::optional<TimeAxis>& time = std::nullopt);

}  // namespace scorefield::session
