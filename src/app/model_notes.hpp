#pragma once

#include "app/model.hpp"
#include "app/settings.hpp"
#include "diffusion/program.hpp"

namespace scorefield::app {

/// Says, unless --quiet, that the values of a checkpoint are not covered by its checksum.
void note_unverified(const Settings& settings, const Model& model);

/// Says, unless --quiet, where a program from a file limits estimates more narrowly than the data of the model reach,
/// as far as those are known: such a program (clip_sample of a scheduler) cuts them.
void note_cut_data(const Settings& settings, const Model& model, const diffusion::Program& program);

}  // namespace scorefield::app
