#pragma once

#include "model/model.hpp"
#include "render/view_spec.hpp"
#include "sample/sampling_spec.hpp"
#include "settings/settings.hpp"
#include "train/train_spec.hpp"

namespace scorefield::settings {

// Settings become specifications here, and nowhere else: every default of a run or a training is decided (but the
// start, which depends on the program: sample::start_in_effect), and the settings are checked against the files. All
// throw base::Error (request) naming the field or the file. A setting that has a value is also refused where it has no
// effect or contradicts a file.

/// `NAME` or `NAME ARGUMENT` of `target`.
struct TargetChoice {
    std::string name;
    std::string argument;
};
TargetChoice target_choice(const Settings& settings);

/// The exact target of `target`, not opened yet.
model::TargetSpec target_spec(const Settings& settings);

/// The prediction of `prediction`. Without it, the default for exact targets: x0, whose formulas hold without any
/// signal too, or score for langevin, which may sample the density without any noise.
diffusion::Prediction exact_prediction(const Settings& settings);

/// The process of `process` and its parameters.
diffusion::ProcessSettings process_in_effect(const Settings& settings);

/// Sets a process with all its parameters.
void set_process(Settings& settings, const diffusion::ProcessSettings& process);

/// Unsets what a network determines: process, prediction and dimension.
void leave_to_network(Settings& settings);

/// Refuses a schedule that `process`, the process in effect, does not take.
void require_schedule_used(const Settings& settings, const diffusion::ProcessSettings& process);

/// Opens `target`.
model::ScaledTarget open_target(const Settings& settings);

/// Opens `target`, `model` or the default model, and checks that `process`, `prediction`, `dim` and `data` fit it. What
/// was left out when `data` were read stands in the model's notes.
model::Model open_model(const Settings& settings);

/// As open_model, but without `model` and `target` only the process: enough for programs that need no score.
model::Model open_process(const Settings& settings);

/// The start that `init` names: one of sample::kStarts or a file. An empty `init` leaves the start open.
sample::StartSpec start_spec(const Settings& settings);

/// The number of particles. Without `particles`, the rows of the `init` file; without that, 10 000.
std::uint32_t particles_in_effect(const Settings& settings);

/// The class of `class`; none: all together.
inline std::optional<std::size_t> class_label(const Settings& settings) {
    return settings.label ? std::optional(static_cast<std::size_t>(*settings.label)) : std::nullopt;
}

/// How to sample `model`.
sample::SamplingSpec sampling_spec(const Settings& settings, const model::Model& model);

/// How to train. Settings that are unset have defaults: the objective follows from the prediction or the process, the
/// prediction from the objective, and the process from an objective or a prediction that is set.
train::TrainSpec train_spec(const Settings& settings);

/// The spacing for `model`: `auto` is resolved by diffusion::automatic_spacing; explicitly set parameters are kept.
diffusion::SpacingSettings spacing_in_effect(const Settings& settings, const model::Model& model);

/// The name of the data that the samples should resemble: of `data`, or of the model.
const std::string& data_name(const Settings& settings, const model::Model& model);

/// What pictures show.
render::ViewSpec view_spec(const Settings& settings);

}  // namespace scorefield::settings
