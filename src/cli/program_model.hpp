#pragma once

#include "model/model.hpp"
#include "settings/settings.hpp"

namespace scorefield::cli {

/// The model that a sampler is compiled for: that of the settings, or without model and target one of which only
/// process and prediction are known. Its notes are printed. Throws base::Error as settings::open_model does.
model::Model open_for_program(const settings::Settings& settings);

}  // namespace scorefield::cli
