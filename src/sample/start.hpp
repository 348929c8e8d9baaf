#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "diffusion/program.hpp"
#include "model/model.hpp"
#include "sample/sampling_spec.hpp"

namespace scorefield::sample {

/// How the run starts: as the specification says. Where it says nothing, an exact target starts from its exact marginal
/// if its data still contribute more than 1% of the variance at the first level and are not Gaussian; else as
/// `matched`.
StartKind start_in_effect(const SamplingSpec& spec, const model::Model& model, const diffusion::Program& program);

/// `matched`, `prior`, `exact`, or the file.
std::string start_text(const SamplingSpec& spec, const model::Model& model, const diffusion::Program& program);

/// Fills `rows`, (n, dim) row-major, with the start states of particles first … first+n−1, counted from a run's
/// first.
using StartRows = std::function<void(std::uint32_t first, std::span<float> rows)>;

/// States of a file, every row a particle's. Throws base::Error (request) naming the place of a number that is not
/// finite.
data::Points read_start_states(const std::string& path);

/// The initial states from exact draws or a file, in the units of the model's states; empty if the program's initial
/// distribution applies. Throws base::Error (request) for exact draws without an exact target, and for files that
/// cannot be read or do not hold one row per particle.
StartRows start_rows(const SamplingSpec& spec, const model::Model& model, const diffusion::Program& program);

/// A user note if the initial distribution differs from the marginal at the first noise level; names the remedy. None
/// if they match, if the level is almost pure noise, or if the sampler starts from data.
std::optional<std::string> start_note(const SamplingSpec& spec, const model::Model& model,
                                      const diffusion::Program& program);

/// The scaling of state files: from the units of states to those of the files.
data::Scaling file_scaling(const SamplingSpec& spec, const model::Model& model);

}  // namespace scorefield::sample
