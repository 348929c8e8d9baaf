#pragma once

#include <string>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// Why `program` does not match a network trained on `process` with `parametrisation` ("it treats the network output as
/// v, but the model predicts epsilon"); empty if it matches. Compares the stored process and prediction, and checks
/// most evaluations: time against σ/α, c_in (edm), and c_skip/c_out against the estimates of data, noise and score of
/// each prediction.
std::string contradiction(const Program& program, const NoiseProcess& process, const Parametrisation& parametrisation);

}  // namespace scorefield::diffusion
