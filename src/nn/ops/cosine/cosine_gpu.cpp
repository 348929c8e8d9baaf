#include "nn/ops/gpu_operation.hpp"
#include "shaders/nn/ops/cosine/cosine.comp.hpp"

namespace scorefield::nn {

const GpuOperation kCosineGpu = {.elements = shaders::nn_ops_cosine_cosine_comp};

}  // namespace scorefield::nn
