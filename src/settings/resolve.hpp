#pragma once

#include "model/model.hpp"
#include "render/view_spec.hpp"
#include "sample/sampling_spec.hpp"
#include "settings/settings.hpp"
#include "train/train_spec.hpp"

namespace scorefield::settings {

// Requests become specifications here, and nowhere else: every default is decided (but the start, which depends on the
// program: sample::start_in_effect), and the settings are checked against the files. All throw base::Error (request)
// naming the field or the file. `given`: a setting that is given is also refused where it has no effect, or contradicts
// a file.

/// `NAME` or `NAME ARGUMENT` of `target`.
struct TargetChoice {
    std::string name;
    std::string argument;
};
TargetChoice target_choice(const Settings& settings);

/// The prediction of `prediction`. Without it, the default for exact targets: x0, whose formulas hold without any
/// signal too, or score for langevin, which may sample the density without any noise.
diffusion::Prediction exact_prediction(const Settings& settings);

/// Refuses process parameters without effect.
void require_process_flags_used(const Settings& settings, const GivenNames& given);

/// The exact target of `target`.
model::TargetSpec target_spec(const Settings& settings, const GivenNames& given = {});

/// Opens `target`.
model::ScaledTarget open_target(const Settings& settings, const GivenNames& given = {});

/// Opens `target`, `model` or the default model, and checks that `process`, `prediction`, `dim` and `data` fit it. What
/// was left out when `data` were read stands in the model's notes.
model::Model open_model(const Settings& settings, const GivenNames& given = {});

/// As open_model, but without `model` and `target` only the process: enough for programs that need no score.
model::Model open_process(const Settings& settings, const GivenNames& given = {});

/// The start that `init` names: one of sample::kStarts or a file. An empty `init` leaves the start open.
sample::StartSpec start_spec(const Settings& settings);

/// The settings, with the number of particles set to the number of rows of the `init` file unless `particles` is given.
Settings with_particles_of_init(Settings settings, const GivenNames& given);

/// How to sample `model`.
sample::SamplingSpec sampling_spec(const Settings& settings, const model::Model& model);

/// How to train. Settings that are not given have defaults: the objective follows from the prediction or the process,
/// the prediction from the objective, and the process from a given objective or prediction.
train::TrainSpec train_spec(const Settings& settings, const GivenNames& given = {});

/// The spacing for `model`: `auto` is resolved by diffusion::automatic_spacing; explicitly set parameters are kept.
diffusion::SpacingSettings spacing_in_effect(const Settings& settings, const model::Model& model);

/// The name of the data that the samples should resemble: of `data`, or of the model.
const std::string& data_name(const Settings& settings, const model::Model& model);

/// What pictures show.
render::ViewSpec view_spec(const Settings& settings);

}  // namespace scorefield::settings
