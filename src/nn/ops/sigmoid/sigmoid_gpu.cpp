#include "nn/ops/gpu_operation.hpp"
#include "shaders/nn/ops/sigmoid/sigmoid.comp.hpp"

namespace scorefield::nn {

const GpuOperation kSigmoidGpu = {.elements = shaders::nn_ops_sigmoid_sigmoid_comp};

}  // namespace scorefield::nn
