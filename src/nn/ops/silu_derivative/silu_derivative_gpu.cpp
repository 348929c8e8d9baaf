#include "nn/ops/gpu_operation.hpp"
#include "shaders/nn/ops/silu_derivative/silu_derivative.comp.hpp"

namespace scorefield::nn {

const GpuOperation kSiluDerivativeGpu = {.elements = shaders::nn_ops_silu_derivative_silu_derivative_comp};

}  // namespace scorefield::nn
