#include "nn/gpu_plan_builder.hpp"
#include "nn/ops/gpu_operation.hpp"
#include "shaders/nn/ops/gather_rows/gather_rows.comp.hpp"

namespace scorefield::nn {
namespace {

void emit(GpuPlanBuilder& builder, Value value) {
    const Node& node = builder.node(value);
    const GpuPlanMemory& memory = builder.memory();
    builder.emit_map("gather_rows", shaders::nn_ops_gather_rows_gather_rows_comp,
                     {.rows = node.shape.rows(),
                      .columns = node.shape.columns(),
                      .a = memory.view(node.operands[0]),
                      .b = memory.view(node.operands[1]),
                      .result = memory.place(value),
                      .gathers = true});
}

}  // namespace

const GpuOperation kGatherRowsGpu = {.emit = emit};

}  // namespace scorefield::nn
