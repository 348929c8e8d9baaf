#pragma once

#include <memory>

#include "diffusion/prediction.hpp"
#include "diffusion/target.hpp"
#include "sample/gpu_source.hpp"

namespace scorefield::sample {

/// As make_exact_source, for targets of any dimension. No kernel holds a whole point: loops over coordinates are not
/// unrolled, and the weights of a tile of components (points) are stored in memory. The cost of a mixture grows with
/// the dimension if all covariances are diagonal, otherwise with its square.
std::unique_ptr<GpuSource> make_wide_exact_source(gpu::Device& device, const diffusion::Target& target,
                                                  const diffusion::Parametrisation& parametrisation);

}  // namespace scorefield::sample
