#pragma once

#include <string>
#include <vector>

#include "app/model.hpp"
#include "app/settings.hpp"
#include "diffusion/program.hpp"

namespace scorefield::app {

/// Why the samples of a run may not be what they seem, a sentence each that names the remedy where there is one: values
/// without a checksum, noise levels that were never learned, a sampler that by its nature does not give the data's
/// distribution, a program that cuts the data, a start that is not the density at the first level.
std::vector<std::string> run_notes(const Settings& settings, const Model& model, const diffusion::Program& program);

/// Says run_notes on standard error, unless --quiet.
void say_run_notes(const Settings& settings, const Model& model, const diffusion::Program& program);

}  // namespace scorefield::app
