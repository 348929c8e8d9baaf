#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "app/model.hpp"
#include "app/settings.hpp"
#include "diffusion/moments.hpp"
#include "diffusion/program.hpp"

namespace scorefield::app {

/// What --init says: the normal law with the data's mean and variance at the first noise level, where they are known;
/// the prior of the process; draws of an exact target's own density at that level; or a file's states.
enum class StartKind : std::uint8_t { matched, prior, exact, file };

StartKind start_kind(const Settings& settings);

/// How the run starts: as --init says. Where it says nothing, an exact target is drawn from exactly if at the first
/// level its data still make more than 1% of the variance and are not normal: a normal start would leave its shape
/// behind.
StartKind start_in_effect(const Settings& settings, const Model& model, const diffusion::Program& program);

/// `matched`, `prior`, `exact`, or the file.
std::string start_text(const Settings& settings, const Model& model, const diffusion::Program& program);

/// The noise level that a run of `program` starts at. A program from a file says nothing of its nodes: there it is that
/// of the first evaluation; without any, the clean state.
diffusion::Marginal first_level(const Settings& settings, const Model& model, const diffusion::Program& program);

/// Fills `rows`, (n, dim) row-major, with the start states of particles first … first+n−1 of a run.
using StartRows = std::function<void(std::uint32_t first, std::span<float> rows)>;

/// The settings with as many particles as the file of --init has rows, where --particles is not said.
Settings with_particles_of_init(Settings settings);

/// The start states of exact draws or a file, in the units of the model's states; empty where the program's own start
/// law holds. Throws base::Error (request) for exact draws of a network, and for files that cannot be read or do not
/// hold a row for each particle.
StartRows start_rows(const Settings& settings, const Model& model, const diffusion::Program& program);

/// What of the start is not as the density at the first noise level is, as a line for the reader that names the remedy;
/// none where nothing is to be said: exact draws, a level that is noise almost alone, a start for data to be noised.
std::optional<std::string> start_note(const Settings& settings, const Model& model, const diffusion::Program& program);

/// For files: from the units of states to those that --units says.
data::Scaling file_scaling(const Settings& settings, const Model& model);

}  // namespace scorefield::app
