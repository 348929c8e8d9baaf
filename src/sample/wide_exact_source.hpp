#pragma once

#include <memory>

#include "diffusion/prediction.hpp"
#include "diffusion/target.hpp"
#include "sample/gpu_source.hpp"

namespace scorefield::sample {

/// make_exact_source for targets of any dimension, with kernels that hold no whole point: loops over coordinates are
/// not unrolled, and the weights of a tile of components (points) pass through memory. Where no covariance has entries
/// off its diagonal, a mixture's cost grows with the dimension, else with its square.
std::unique_ptr<GpuSource> make_wide_exact_source(gpu::Device& device, const diffusion::Target& target,
                                                  const diffusion::Parametrisation& parametrisation);

}  // namespace scorefield::sample
