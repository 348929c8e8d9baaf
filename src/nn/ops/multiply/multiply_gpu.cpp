#include "nn/ops/gpu_operation.hpp"
#include "shaders/nn/ops/multiply/multiply.comp.hpp"

namespace scorefield::nn {

const GpuOperation kMultiplyGpu = {.elements = shaders::nn_ops_multiply_multiply_comp};

}  // namespace scorefield::nn
