#include "nn/ops/gpu_operation.hpp"
#include "shaders/nn/ops/sine/sine.comp.hpp"

namespace scorefield::nn {

const GpuOperation kSineGpu = {.elements = shaders::nn_ops_sine_sine_comp};

}  // namespace scorefield::nn
