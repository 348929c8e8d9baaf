#include "nn/ops/gpu_operation.hpp"
#include "shaders/nn/ops/add/add.comp.hpp"

namespace scorefield::nn {

const GpuOperation kAddGpu = {.elements = shaders::nn_ops_add_add_comp};

}  // namespace scorefield::nn
