#pragma once

#include <filesystem>
#include <string>

#include "render/plot.hpp"
#include "session/engine.hpp"
#include "study/figure.hpp"
#include "study/sweep.hpp"

namespace scorefield::study {

/// A distance against the evaluations, both logarithmic: a curve for each sampler and spacing, means over the seeds,
/// and the floor. `distance` is one of settings::kSweepDistances. Runs that diverged leave a gap.
render::Plot sweep_plot(const SweepResult& result, const std::string& distance);

/// The figure of a sweep. `curves`: how many the legend has to name.
FigureLayout sweep_layout(std::size_t curves);

}  // namespace scorefield::study
