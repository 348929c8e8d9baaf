#include "nn/gpu_plan_builder.hpp"
#include "nn/ops/gpu_operation.hpp"

namespace scorefield::nn {
namespace {

void emit(GpuPlanBuilder& builder, Value value) {
    if (builder.schedule().is_dense(value)) return builder.emit_dense(value);
    const Node& node = builder.node(value);
    const GpuPlanMemory& memory = builder.memory();
    builder.emit_outer(value, builder.node(node.operands[0]).shape, memory.view(node.operands[0]),
                       memory.view(node.operands[1]), memory.place(value));
}

}  // namespace

const GpuOperation kMatmulGpu = {.emit = emit};

}  // namespace scorefield::nn
