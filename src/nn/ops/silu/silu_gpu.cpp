#include "nn/ops/gpu_operation.hpp"
#include "shaders/nn/ops/silu/silu.comp.hpp"

namespace scorefield::nn {

const GpuOperation kSiluGpu = {.elements = shaders::nn_ops_silu_silu_comp};

}  // namespace scorefield::nn
