#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/program.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/target.hpp"
#include "study/affine_law.hpp"

namespace scorefield::study {

/// Every sampler that draws noise, in its default settings where those show all it does; those that keep values
/// (repaint) left out.
std::vector<diffusion::SamplerSettings> stochastic_settings();

diffusion::Prediction prediction_of(const diffusion::SamplerSettings& settings);

/// Whether more steps are finer ones, so that the bias must vanish as they grow. Not of Langevin dynamics and its
/// correctors, whose step size is their own, nor of consistency functions, which need one step.
bool refines(const diffusion::SamplerSettings& settings);

/// The sampler's program under vp, in even steps from t = 1, the last to the clean state.
diffusion::Program stochastic_program(const diffusion::SamplerSettings& settings,
                                      const std::shared_ptr<const diffusion::Target>& target, int steps,
                                      std::uint64_t seed);

/// One correlated Gaussian in the plane, away from the origin.
const GaussianLaw& plane_law();
std::shared_ptr<const diffusion::Target> plane_target();
/// The law of a result on plane_target.
GaussianLaw plane_law_after(const diffusion::Program& program, const diffusion::SamplerSettings& settings);

/// Numbers of steps between which the order of a bias is measured: so many that one that stays, of a coefficient that
/// is wrong by a hundredth, outweighs what still falls.
inline constexpr int kCoarseSteps = 256;
inline constexpr int kFineSteps = 1024;
/// The least order of a bias that vanishes: first order, up to its next term.
inline constexpr double kLeastOrder = 0.75;

/// How the largest error of mean and covariance falls from kCoarseSteps to kFineSteps: as steps^−order. 0 where it
/// stays, as a wrong coefficient leaves it.
double order_of_bias(const std::function<GaussianLaw(int steps)>& law_of, const GaussianLaw& exact);

}  // namespace scorefield::study
