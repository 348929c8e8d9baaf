#include "nn/gpu_plan_builder.hpp"
#include "nn/ops/gpu_operation.hpp"

namespace scorefield::nn {
namespace {

void emit(GpuPlanBuilder& builder, Value value) {
    builder.emit_dense(value);
}

}  // namespace

const GpuOperation kLinearGpu = {.emit = emit};

}  // namespace scorefield::nn
