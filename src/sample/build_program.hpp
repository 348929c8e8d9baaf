#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "diffusion/program.hpp"
#include "diffusion/time_grid.hpp"
#include "model/model.hpp"
#include "sample/sampling_spec.hpp"

namespace scorefield::sample {

/// The built-in program of that name, or the one of a file. Throws base::Error (request) naming file and place.
diffusion::Program read_program(const std::string& name);

/// The built-in chain of three states.
inline constexpr std::string_view kChainProgram = "three_states";

/// The program of `spec`, or its sampler as a program over the model's process; samplers that need a pilot try it on
/// the model. Throws base::Error (request) naming the field, or the file and the place in it. `check_cancelled`: of the
/// pilot.
diffusion::Program build_program(const SamplingSpec& spec, const model::Model& model,
                                 const std::function<void()>& check_cancelled = {});

/// The nodes that the sampler visits, from data to noise where it inverts. Their initial distribution is matched to the
/// moments of the data if they are known, else, or if `spec` says so, the prior.
diffusion::TimeGrid time_grid_of(const SamplingSpec& spec, const model::Model& model);

/// The noise level that a run of `program` starts at. For a program from a file: the level of its first evaluation, or
/// (1, 0) if it has none.
diffusion::Marginal first_level(const SamplingSpec& spec, const model::Model& model, const diffusion::Program& program);

}  // namespace scorefield::sample
