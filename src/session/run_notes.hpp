#pragma once

#include <string>
#include <vector>

#include "diffusion/program.hpp"
#include "session/model.hpp"
#include "settings/settings.hpp"

namespace scorefield::session {

/// Notes on why the samples of a run may be wrong, each with its remedy if there is one: weights that cannot be
/// verified, noise levels that were never trained, a sampler with a known limitation, a program that clips the data or
/// is wrong for any model of this prediction, an initial distribution that is not the marginal at the first level, a
/// last level that is high for the narrowest part of the data.
std::vector<std::string> run_notes(const settings::Settings& settings, const Model& model,
                                   const diffusion::Program& program);

/// Writes run_notes to standard error, unless --quiet.
void say_run_notes(const settings::Settings& settings, const Model& model, const diffusion::Program& program);

}  // namespace scorefield::session
