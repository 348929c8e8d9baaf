#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "diffusion/moments.hpp"
#include "diffusion/program.hpp"
#include "session/model.hpp"
#include "settings/settings.hpp"

namespace scorefield::session {

/// The modes of --init: a Gaussian with the mean and variance of the data at the first noise level, if they are known;
/// the prior of the process; draws from the exact marginal of a target at that level; or the states of a file.
enum class StartKind : std::uint8_t { matched, prior, exact, file };

/// Throws base::Error (request) with the nearest name for an --init that is no mode and looks like no file.
StartKind start_kind(const settings::Settings& settings);

/// How the run starts: as --init says. Without --init, an exact target starts from its exact marginal if its data still
/// contribute more than 1% of the variance at the first level and are not Gaussian; else as `matched`.
StartKind start_in_effect(const settings::Settings& settings, const Model& model, const diffusion::Program& program);

/// `matched`, `prior`, `exact`, or the file.
std::string start_text(const settings::Settings& settings, const Model& model, const diffusion::Program& program);

/// The noise level that a run of `program` starts at. For a program from a file: the level of its first evaluation, or
/// (1, 0) if it has none.
diffusion::Marginal first_level(const settings::Settings& settings, const Model& model,
                                const diffusion::Program& program);

/// Fills `rows`, (n, dim) row-major, with the start states of particles first … first+n−1 of a run.
using StartRows = std::function<void(std::uint32_t first, std::span<float> rows)>;

/// The settings, with the number of particles set to the number of rows of the --init file unless --particles is given.
settings::Settings with_particles_of_init(settings::Settings settings);

/// The initial states from exact draws or a file, in the units of the model's states; empty if the program's initial
/// distribution applies. Throws base::Error (request) for exact draws without an exact target, and for files that
/// cannot be read or do not hold one row per particle.
StartRows start_rows(const settings::Settings& settings, const Model& model, const diffusion::Program& program);

/// A user note if the initial distribution differs from the marginal at the first noise level; names the remedy. None
/// if they match, if the level is almost pure noise, or if the sampler starts from data.
std::optional<std::string> start_note(const settings::Settings& settings, const Model& model,
                                      const diffusion::Program& program);

/// The scaling of state files: from the units of states to those of --units.
data::Scaling file_scaling(const settings::Settings& settings, const Model& model);

}  // namespace scorefield::session
