#pragma once

#include <cstdint>
#include <span>

#include "nn/gpu_plan.hpp"
#include "nn/operation_list.hpp"
#include "nn/ops/operation.hpp"

namespace scorefield::nn {

class GpuPlanBuilder;

/// How a GpuPlan computes an operation. Exactly one member is set. NAME_gpu.cpp in the operation's folder defines
/// kNameGpu.
struct GpuOperation {
    /// For an operation that works element by element: the SPIR-V of a shader that includes shaders/nn/plan_map.glsl.
    std::span<const std::uint32_t> elements = {};
    /// For an operation that needs dispatches of its own: the function that adds them to the plan.
    void (*emit)(GpuPlanBuilder& builder, Value value) = nullptr;
    /// For an operation that computes nothing: returns the value's view of the memory of its only operand.
    GpuView (*view)(const Node& node, GpuView operand) = nullptr;
};

#define SCOREFIELD_OPERATION(operation) extern const GpuOperation operation##Gpu;
SCOREFIELD_OPERATIONS
#undef SCOREFIELD_OPERATION

/// Throws std::logic_error for an operation that nn/CMakeLists.txt does not list.
const GpuOperation& gpu_operation(const Operation& operation);

/// Whether the value is a view of its operand's memory.
bool is_view(const Node& node);

}  // namespace scorefield::nn
