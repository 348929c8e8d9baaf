#pragma once

#include <string>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// Why the evaluations of `program` are not those of a network that was trained under `process` with
/// `parametrisation`, in a few words ("its evaluations take the network's output for v"); empty where nothing
/// contradicts. Uses what the program says of process and prediction and, whether it says so or not, what most of its
/// evaluations say: the noise level σ/α against the time that the network is told, c_in of edm networks, and c_skip and
/// c_out where they are one prediction's estimate of the data, the noise or the score and not the network's own.
std::string contradiction(const Program& program, const NoiseProcess& process, const Parametrisation& parametrisation);

}  // namespace scorefield::diffusion
