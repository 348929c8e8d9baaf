#include "nn/ops/gpu_operation.hpp"
#include "shaders/nn/ops/scale/scale.comp.hpp"

namespace scorefield::nn {

const GpuOperation kScaleGpu = {.elements = shaders::nn_ops_scale_scale_comp};

}  // namespace scorefield::nn
