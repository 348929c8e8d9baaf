#pragma once

#include <cstdint>

#include "app/model.hpp"
#include "app/settings.hpp"
#include "data/points.hpp"
#include "gpu/device.hpp"
#include "sample/gpu_source.hpp"

namespace scorefield::app {

/// Final samples of a run as `sample` makes them, in the units of the data. `score` answers for `model`. Throws
/// base::Error where the settings cannot be compiled for the model, and where samples are not finite.
data::Points model_samples(gpu::Device& device, const Model& model, sample::GpuSource& score, const Settings& settings);

}  // namespace scorefield::app
