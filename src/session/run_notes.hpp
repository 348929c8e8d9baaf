#pragma once

#include <string>
#include <vector>

#include "diffusion/program.hpp"
#include "model/model.hpp"
#include "sample/sampling_spec.hpp"

namespace scorefield::session {

/// Notes on why the samples of a run may be wrong, each with its remedy if there is one: weights that cannot be
/// verified, noise levels that were never trained, a sampler with a known limitation, a program that clips the data or
/// is wrong for any model of this prediction, an initial distribution that is not the marginal at the first level, a
/// last level that is high for the narrowest part of the data. `data`: the name of the data that the samples should
/// resemble, where the model is a network.
std::vector<std::string> run_notes(const sample::SamplingSpec& spec, const model::Model& model,
                                   const diffusion::Program& program, const std::string& data);

}  // namespace scorefield::session
