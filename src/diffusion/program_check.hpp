#pragma once

#include <optional>
#include <string>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {

/// Why `program` does not match a network trained on `process` with `parametrisation` ("it treats the network output as
/// v, but the model predicts epsilon"); empty if it matches. Compares the stored process and prediction, and returns
/// the first contradiction that more than a tenth of the evaluations show, or one of them beyond any rounding: time or
/// c_in that does not belong to σ/α, or c_skip/c_out of another prediction's estimate of data, noise or score.
/// Coefficients that are no such estimate, e.g. because the sampler's step is folded into them, are not judged here;
/// check_on_gaussian tests those.
std::string contradiction(const Program& program, const NoiseProcess& process, const Parametrisation& parametrisation);

/// One-dimensional Gaussian data.
struct GaussianData {
    double mean = 0.3;
    double variance = 0.09;
};

/// Mean and standard deviation of a program's samples if the data are Gaussian and the score is exact.
struct GaussianCheck {
    /// More than sampling error and the discretisation error of a usual solver.
    static constexpr double kTolerance = 0.3;

    GaussianData data;
    double mean = 0;
    double deviation = 0;

    /// Whether the mean is off by more than `tolerance` standard deviations of the data, or the standard deviation by a
    /// factor of more than 1 + tolerance.
    bool is_wrong(double tolerance = kTolerance) const;
};

/// Runs `program` in double precision for up to 512 particles with the exact score of these data, starting from the
/// exact marginal at its first level. Returns nothing if the program runs towards the noise
/// (inversion) or stays at one level (Langevin dynamics), if it has a mask or too many operations, or if the prediction
/// is undefined at one of its levels.
std::optional<GaussianCheck> check_on_gaussian(const Program& program, const Parametrisation& parametrisation,
                                               const GaussianData& data = {});

}  // namespace scorefield::diffusion
