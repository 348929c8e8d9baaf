#include "nn/ops/gpu_operation.hpp"

namespace scorefield::nn {
namespace {

GpuView view(const Node& node, GpuView operand) {
    operand.offset += static_cast<std::uint32_t>(node.first) * operand.column;
    return operand;
}

}  // namespace

const GpuOperation kSliceColumnsGpu = {.view = view};

}  // namespace scorefield::nn
