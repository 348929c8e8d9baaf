#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nn/gpu_plan.hpp"
#include "nn/gpu_plan_memory.hpp"
#include "nn/gpu_plan_schedule.hpp"
#include "shaders/nn/plan_sum.h"

namespace scorefield::nn {

/// A dispatch of a shader that includes shaders/nn/plan_map.glsl. `a` and `b` have the result's shape.
struct MapDispatch {
    std::size_t rows = 0;  ///< of the result; kBatch: as many as there are particles
    std::size_t columns = 0;
    GpuView a = {};
    GpuView b = {};
    GpuView result = {};
    double factor = 1;
    bool over_batch = false;
    bool gathers = false;  ///< `a` is a table whose rows are named by `b`, a column
};

/// Makes the steps of a plan: which dispatch computes what is the schedule's, where everything lies the memory's. The
/// GPU kernels of operations (gpu_operation.hpp) add their dispatches with the functions emit_….
class GpuPlanBuilder {
  public:
    GpuPlanBuilder(GpuPlan& plan, gpu::Device& device, const Graph& graph, const std::vector<Value>& outputs,
                   std::size_t max_rows);

    void build();

    const Node& node(Value value) const { return graph_.node(value); }
    const GpuSchedule& schedule() const { return schedule_; }
    const GpuPlanMemory& memory() const { return memory_; }

    void emit_map(const std::string& name, std::span<const std::uint32_t> code, MapDispatch map);
    void emit_copy(std::size_t rows, std::size_t columns, GpuView from, GpuView to);
    /// A linear or matmul value for which schedule().is_dense; or a multiplication with schedule().product_of.
    void emit_dense(Value value);
    /// result = a b, where a is (rows, inputs) and b (inputs, columns).
    void emit_product(std::size_t rows, std::size_t columns, std::size_t inputs, GpuView a, GpuView b, GpuView result);
    /// `value` as result(i, j) = Σ over rows r of a(r, i)·b(r, j), where a has the shape `summed`.
    void emit_outer(Value value, const Shape& summed, GpuView a, GpuView b, GpuView result);
    /// A sum_levels value.
    void emit_levels(Value value);

  private:
    using Kernel = GpuPlan::Kernel;
    using Step = GpuPlan::Step;
    static constexpr std::uint32_t kChunk = GpuPlan::kChunk;
    static constexpr std::uint32_t kMostChunks = GpuPlan::kMostChunks;
    /// Specialisation constants of plan_dense.comp.
    enum class Addend : std::uint32_t { none, own_row, row_of_level };
    enum class Epilogue : std::uint32_t { none, silu, times_silu_derivative };
    enum class VectorsOfB : std::uint32_t { none, inputs, columns };

    std::uint32_t group_of(std::size_t rows) const;
    std::size_t pipeline(const std::string& name, std::span<const std::uint32_t> code,
                         const std::vector<std::uint32_t>& constants);
    std::uint32_t block_of(std::size_t inputs, std::uint32_t columns, std::size_t unrolled) const;
    std::uint32_t bounds_of(Value level, std::size_t levels);
    void emit(Value value);
    void emit_tiles(Step step, std::size_t inputs, Addend addend, Epilogue epilogue);
    void emit_tile(Step step, Addend addend, Epilogue epilogue);
    void keep_parts(Step step, GpuView result, bool may_wait);
    void emit_combination();
    void copy_outputs();
    void fill_constants();
    void upload_to(std::uint32_t offset, std::span<const std::byte> bytes);

    GpuPlan& plan_;
    gpu::Device& device_;
    const Graph& graph_;
    const std::vector<Value>& outputs_;
    std::uint32_t group_;  ///< invocations per workgroup over particles
    GpuSchedule schedule_;
    GpuPlanMemory memory_;
    /// By SPIR-V and specialisation constants.
    std::map<std::pair<const std::uint32_t*, std::vector<std::uint32_t>>, std::size_t> pipelines_;
    std::map<std::pair<Value, std::size_t>, std::uint32_t> bounds_;  ///< of a column of levels and their number
    std::vector<shaders::PlanSum> sums_;                             ///< of all outer steps, for plan_combine
    std::uint32_t first_waiting_ = 0;                                ///< of the sums whose parts are not yet added up
    std::size_t waiting_ = 0;                                        ///< floats of their parts
    std::size_t parts_ = 0;                                          ///< floats of parts at a time
};

}  // namespace scorefield::nn
