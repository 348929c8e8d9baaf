#pragma once

#include <functional>
#include <optional>
#include <string>

#include "settings/settings.hpp"

namespace scorefield::viewer {

/// The settings that need a new scene: model or target, class, process, prediction, and what computes.
struct ScoreChoice {
    std::string model;
    std::string target;
    std::optional<double> target_variance;
    std::optional<int> dim;
    std::string data;
    diffusion::ProcessSettings process;
    std::optional<int> label;
    bool said = false;  ///< the prediction is the user's, not what suits target and sampler
    diffusion::Prediction prediction = diffusion::Prediction::epsilon;  ///< that an exact target is asked for

    bool on_host = false;  ///< the host computes the particles

    explicit ScoreChoice(const settings::Settings& settings);
    bool operator==(const ScoreChoice&) const = default;
};

/// Replaces the run (sampler, program, steps, time grid and start) by the default one; score, particles and seed stay.
/// Returns what was changed, e.g. `sampler ddim, 50 steps`; empty if the run is the default one already.
std::string take_default_run(settings::Settings& settings);

/// Calls `open` with the settings; where it refuses them as a bad request, with one change after another of what only a
/// part of all processes and scores can have: class, program, prediction, timesteps, spacing, steps, sampler. The first
/// that is not refused becomes `settings`. Returns what was changed and why, empty where nothing was. Throws what
/// `open` threw first where no change helps.
std::string open_nearest(settings::Settings& settings, const std::function<void(const settings::Settings&)>& open);

}  // namespace scorefield::viewer
