#pragma once

#include "data/points.hpp"
#include "model/model.hpp"
#include "session/engine.hpp"
#include "settings/settings.hpp"

namespace scorefield::study {

/// Final samples of a run as `sample` makes them, in the units of the data. `score` answers for `model`. Throws
/// base::Error where the settings cannot be compiled for the model, and where samples are not finite.
data::Points model_samples(const model::Model& model, session::EngineScore& score, const settings::Settings& settings);

}  // namespace scorefield::study
