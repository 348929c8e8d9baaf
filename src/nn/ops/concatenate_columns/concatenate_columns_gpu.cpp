#include "nn/gpu_plan_builder.hpp"
#include "nn/ops/gpu_operation.hpp"

namespace scorefield::nn {
namespace {

void emit(GpuPlanBuilder& builder, Value value) {
    const Node& node = builder.node(value);
    GpuView result = builder.memory().place(value);
    for (const Value operand : node.operands) {
        const std::size_t columns = builder.node(operand).shape.columns();
        builder.emit_copy(node.shape.rows(), columns, builder.memory().repeated(operand, node.shape.rows()), result);
        result.offset += static_cast<std::uint32_t>(columns) * result.column;
    }
}

}  // namespace

const GpuOperation kConcatenateColumnsGpu = {.emit = emit};

}  // namespace scorefield::nn
