#pragma once

#include <cstdint>
#include <span>

#include "nn/gpu_plan.hpp"
#include "nn/operation_list.hpp"
#include "nn/ops/operation.hpp"

namespace scorefield::nn {

class GpuPlanBuilder;

/// How a GpuPlan computes an operation: by one of these. NAME_gpu.cpp in the operation's folder defines kNameGpu.
struct GpuOperation {
    /// Element by element: the SPIR-V of a shader that includes shaders/nn/plan_map.glsl.
    std::span<const std::uint32_t> elements = {};
    /// By dispatches that this function adds to the plan.
    void (*emit)(GpuPlanBuilder& builder, Value value) = nullptr;
    /// Not at all: the value is a view of its only operand's memory.
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
