#pragma once

#include <optional>
#include <string>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// Why `program` does not match a network trained on `process` with `parametrisation` ("it treats the network output as
/// v, but the model predicts epsilon"); empty if it matches. Compares the stored process and prediction, and checks
/// that at least nine tenths of the evaluations fit: time and c_in against σ/α, and c_skip/c_out against the estimates
/// of data, noise and score of each prediction. An evaluation that holds a part of the sampler's step fits none;
/// gaussian_end shows these.
std::string contradiction(const Program& program, const NoiseProcess& process, const Parametrisation& parametrisation);

/// Where a program takes Gaussian data of known score.
struct GaussianEnd {
    static constexpr double kMean = 0.3;
    static constexpr double kVariance = 0.09;

    double mean = 0;
    double deviation = 0;

    /// Further from the data than 512 particles and the steps of an ordinary solver explain.
    bool is_wrong() const;
};

/// Runs `program` in double precision for up to 512 particles with the exact score of one-dimensional Gaussian data,
/// from their exact density at its first level. None if it does not end at the data (inversion, Langevin dynamics), has
/// a mask or too many operations, or if the prediction is undefined at one of its levels.
std::optional<GaussianEnd> gaussian_end(const Program& program, const Parametrisation& parametrisation);

}  // namespace scorefield::diffusion
