#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "render/plot.hpp"
#include "session/noise_schedule.hpp"

namespace scorefield::session {

/// What the plots of a schedule have across.
enum class ScheduleAxis : std::uint8_t { t, step, log_snr };

/// The plots of a schedule: alpha and sigma; λ = log(alpha/sigma), or over λ the time; β_t, or f and g² where the
/// process is continuous; and the weights of an update where the steps have them. Markers stand at the evaluations of
/// the run. Levels without a finite value are left out, and an axis leaves out an end at which values run away. A run
/// without evaluations has no steps: its plots are over t.
std::vector<render::Plot> schedule_plots(const NoiseSchedule& schedule, ScheduleAxis across);

/// Where a state of the run stands across those plots; none where it has no place, as the clean state over t.
std::optional<double> schedule_place(const NoiseSchedule& schedule, ScheduleAxis across, const RunState& state);

}  // namespace scorefield::session
