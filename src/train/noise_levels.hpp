#pragma once

#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "train/objectives.hpp"

namespace scorefield::train {

/// What all rows of a noise level share. The state is x_t = alpha·x_0 + sigma·ε + sigma_step·z, of which the network
/// receives c_in·x_t and c_noise. Regressions compare its output F with of_data·x_0 + of_noise·ε + of_step·z; their
/// loss is weight·‖F − that‖². Implicit objectives see σs = skip·(c_in·x_t) + out·F, and its derivative times spread.
struct NoiseLevel {
    double t = 0;
    double c_noise = 0;
    double c_in = 1;
    double alpha = 1;
    double sigma = 0;
    double sigma_step = 0;  ///< one_step: of the noise of the last step; sigma is of that before
    double of_data = 0;
    double of_noise = 1;
    double of_step = 0;
    double weight = 1;
    double skip = 0;
    double out = 1;
    double spread = 1;
};

/// Levels that stand for a continuous process: the middles of as many parts of equal probability.
inline constexpr int kContinuousLevels = 4096;

/// The levels of an objective in the order of their noise, each as likely as any other:
/// - of a discrete process all of them;
/// - of a continuous process the middles of equal parts of t, from its lowest noisy time on;
/// - with the objective or the process edm those of a normal ln(σ/α) within the range of the process. The outermost
///   1/256 on either side are spread evenly up to the end of the process, σ/α = 1e4 where that has no signal;
/// - geometric ones (ncsn; elbo on edm), ends of steps (one_step), or a single one (--objective.sigma).
/// Levels at which the objective is infinite are left out: without noise, or without signal where the prediction asks
/// for it. Throws base::Error (request) where none is left, where the process has less than a hundredth of that normal
/// distribution, and where --objective.sigma is no ratio of the process.
std::vector<NoiseLevel> noise_levels(const diffusion::NoiseProcess& process,
                                     const diffusion::Parametrisation& parametrisation, Objective objective,
                                     const ObjectiveSettings& settings);

/// The loss of a network that says zero, for data of unit variance; of implicit objectives the size of their terms.
double zero_output_loss(const std::vector<NoiseLevel>& levels, Objective objective);

}  // namespace scorefield::train
