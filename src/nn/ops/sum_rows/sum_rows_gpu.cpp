#include "nn/gpu_plan_builder.hpp"
#include "nn/ops/gpu_operation.hpp"

namespace scorefield::nn {
namespace {

/// A sum of few rows is a product with ones.
void emit(GpuPlanBuilder& builder, Value value) {
    const GpuPlanMemory& memory = builder.memory();
    const Value summed = builder.node(value).operands[0];
    const Shape& shape = builder.node(summed).shape;
    const GpuView a = memory.view(summed);
    const GpuView result = transposed(memory.place(value));
    if (shape.rows() == kBatch || shape.rows() > kFewInputs) {
        builder.emit_outer(value, shape, a, memory.ones(), result);
    } else {
        builder.emit_product(shape.columns(), 1, shape.rows(), transposed(a), memory.ones(), result);
    }
}

}  // namespace

const GpuOperation kSumRowsGpu = {.emit = emit};

}  // namespace scorefield::nn
