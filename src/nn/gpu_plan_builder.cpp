#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gpu/transfer.hpp"
#include "nn/gpu_kernels.hpp"
#include "nn/gpu_plan.hpp"
#include "nn/gpu_plan_memory.hpp"
#include "nn/gpu_plan_schedule.hpp"
#include "nn/ops/add/add.hpp"
#include "nn/ops/concatenate_columns/concatenate_columns.hpp"
#include "nn/ops/cosine/cosine.hpp"
#include "nn/ops/gather_rows/gather_rows.hpp"
#include "nn/ops/linear/linear.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/scale/scale.hpp"
#include "nn/ops/sigmoid/sigmoid.hpp"
#include "nn/ops/silu/silu.hpp"
#include "nn/ops/silu_derivative/silu_derivative.hpp"
#include "nn/ops/sine/sine.hpp"
#include "nn/ops/sum_levels/sum_levels.hpp"
#include "nn/ops/sum_rows/sum_rows.hpp"
#include "shaders/nn/plan_bounds.comp.hpp"
#include "shaders/nn/plan_combine.comp.hpp"
#include "shaders/nn/plan_dense.comp.hpp"
#include "shaders/nn/plan_levels.comp.hpp"
#include "shaders/nn/plan_map.comp.hpp"
#include "shaders/nn/plan_outer.comp.hpp"
#include "shaders/nn/plan_sum.h"

namespace scorefield::nn {
namespace {

constexpr std::uint32_t kAccumulators = 8;       // of an invocation at a time
constexpr std::size_t kUnrolledProducts = 4096;  // per invocation: beyond it drivers take minutes to compile
constexpr std::size_t kUnrolledSums = 8192;      // the same of sums over rows, whose programs are shorter
constexpr std::size_t kInputsAtOnce = kUnrolledProducts / kAccumulators;
constexpr std::uint32_t kOuterGroup = 64;        // invocations over the columns of a gradient
constexpr std::size_t kPartsAtOnce = 1U << 22U;  // floats of parts of sums that wait to be added up

/// Of plan_map.comp.
enum class Map : std::uint32_t { copy, add, multiply, scale, sigmoid, silu, silu_derivative, sine, cosine, gather };
/// Of plan_dense.comp.
enum class Addend : std::uint32_t { none, own_row, row_of_level };
enum class Epilogue : std::uint32_t { none, silu, times_silu_derivative };
enum class VectorsOfB : std::uint32_t { none, inputs, columns };

constexpr std::uint32_t kSumWords = sizeof(shaders::PlanSum) / sizeof(std::uint32_t);

std::optional<Map> map_of(const Operation* operation) {
    if (operation == &kAdd) return Map::add;
    if (operation == &kMultiply) return Map::multiply;
    if (operation == &kScale) return Map::scale;
    if (operation == &kSigmoid) return Map::sigmoid;
    if (operation == &kSilu) return Map::silu;
    if (operation == &kSiluDerivative) return Map::silu_derivative;
    if (operation == &kSine) return Map::sine;
    if (operation == &kCosine) return Map::cosine;
    return std::nullopt;
}

}  // namespace

/// Makes the steps: which dispatch computes what is the schedule's, where everything lies the memory's.
struct GpuPlan::Builder {
    Builder(GpuPlan& owner, gpu::Device& on, const Graph& of, const std::vector<Value>& wanted, std::size_t max_rows)
        : plan(owner),
          device(on),
          graph(of),
          outputs(wanted),
          group(gpu::score_workgroup(on)),
          schedule(of, wanted),
          memory(of, schedule, wanted, max_rows) {}

    void build() {
        for (const Value value : schedule.order()) emit(value);
        emit_combination();
        copy_outputs();
        plan.places_ = memory.named();
        plan.outputs_ = memory.outputs();
        plan.parts_ = memory.take(parts);
        plan.table_ = memory.take((sums.size() + 1) * kSumWords) / std::uint32_t{kSumWords} + 1;
        plan.values_ = gpu::Buffer(device, "values of a graph", memory.size() * sizeof(float));
        fill_constants();
    }

  private:
    const Node& node(Value value) const { return graph.node(value); }

    /// Invocations per workgroup over so many rows, or columns: `most`, or less where fewer do.
    static std::uint32_t group_of(std::size_t rows, std::uint32_t most) {
        constexpr std::uint32_t kFewest = 8;
        if (rows == kBatch || rows >= most) return most;
        return std::min(most, std::max(kFewest, std::bit_ceil(static_cast<std::uint32_t>(rows))));
    }
    std::uint32_t group_of(std::size_t rows) const { return group_of(rows, group); }

    std::size_t pipeline(const std::string& name, std::span<const std::uint32_t> code,
                         const std::vector<std::uint32_t>& constants) {
        const auto [found, is_new] = pipelines.try_emplace({name, constants}, plan.pipelines_.size());
        if (is_new) plan.pipelines_.emplace_back(device, "graph " + name, code, constants);
        return found->second;
    }

    void emit(Value value) {
        const Node& here = node(value);
        if (schedule.product_of(value) != GpuSchedule::kNone || schedule.is_dense(value)) return emit_dense(value);
        if (here.operation == &kMatmul) {
            const std::size_t rows = node(here.operands[0]).shape.rows;
            return emit_outer(value, rows, memory.view(here.operands[0]), memory.view(here.operands[1]));
        }
        if (here.operation == &kSumRows) return emit_sum(value);
        if (here.operation == &kConcatenateColumns) return emit_concatenation(value);
        if (here.operation == &kSumLevels) return emit_levels(value);
        if (here.operation == &kGatherRows) {
            return emit_map(Map::gather, here.shape, memory.view(here.operands[0]), memory.view(here.operands[1]),
                            memory.place(value));
        }
        const std::optional<Map> map = map_of(here.operation);
        if (!map) throw std::logic_error("an operation without a GPU kernel");
        const GpuView a = memory.repeated(here.operands[0], here.shape.rows);
        const GpuView b = here.operands.size() > 1 ? memory.repeated(here.operands[1], here.shape.rows) : a;
        emit_map(*map, here.shape, a, b, memory.place(value), here.factor, here.over_batch);
    }

    void emit_map(Map map, Shape shape, GpuView a, GpuView b, GpuView result, double factor = 1,
                  bool over_batch = false) {
        Step step;
        step.kernel = Kernel::map;
        // The longer side of a matrix that all particles share lies along the invocations.
        if (shape.rows != kBatch && shape.rows < shape.columns) {
            std::swap(shape.rows, shape.columns);
            a = transposed(a);
            b = transposed(b);
            result = transposed(result);
        }
        step.rows = shape.rows;
        step.columns = static_cast<std::uint32_t>(shape.columns);
        step.factor = static_cast<float>(factor);
        step.over_batch = over_batch;
        step.gathers = map == Map::gather;
        step.a = a;
        step.b = b;
        step.result = result;
        step.pipeline = pipeline(fmt::format("map {}", static_cast<int>(map)), shaders::nn_plan_map_comp,
                                 {group_of(step.rows), static_cast<std::uint32_t>(map)});
        plan.steps_.push_back(step);
    }

    void emit_concatenation(Value value) {
        const Node& here = node(value);
        GpuView result = memory.place(value);
        for (const Value operand : here.operands) {
            const Shape shape = {here.shape.rows, node(operand).shape.columns};
            const GpuView a = memory.repeated(operand, here.shape.rows);
            emit_map(Map::copy, shape, a, a, result);
            result.offset += static_cast<std::uint32_t>(shape.columns) * result.column;
        }
    }

    void emit_dense(Value value) {
        const Value product = schedule.product_of(value) == GpuSchedule::kNone ? value : schedule.product_of(value);
        const Node& here = node(product);
        const bool linear = here.operation == &kLinear;
        const GpuView a = memory.view(here.operands[0]);
        const GpuView b = memory.view(here.operands[1]);
        Step step;
        step.kernel = Kernel::dense;
        step.rows = here.shape.rows;
        step.columns = static_cast<std::uint32_t>(here.shape.columns);
        step.a = here.transpose_a ? transposed(a) : a;
        step.b = linear || here.transpose_b ? transposed(b) : b;
        step.result = memory.place(value);
        Addend addend = here.operands.size() == 3 ? Addend::own_row : Addend::none;
        if (addend != Addend::none && schedule.absorbed(here.operands[2])) {
            addend = Addend::row_of_level;
            const Node& gathered = node(here.operands[2]);
            step.addend = memory.view(gathered.operands[0]);
            step.level = memory.view(gathered.operands[1]);
        } else if (addend != Addend::none) {
            step.addend = memory.repeated(here.operands[2], here.shape.rows);
        }
        Epilogue epilogue = Epilogue::none;
        if (schedule.product_of(value) != GpuSchedule::kNone) {
            epilogue = Epilogue::times_silu_derivative;
            step.other = memory.view(schedule.slope_of(value));
        } else if (schedule.silu_of(value) != GpuSchedule::kNone) {
            epilogue = Epilogue::silu;
            step.other = memory.place(schedule.silu_of(value));
        }
        const Shape shape = node(here.operands[0]).shape;
        emit_product(step, here.transpose_a ? shape.rows : shape.columns, addend, epilogue);
    }

    /// A product over many inputs is a sum of products over some of them, each added to what the one before has
    /// written: by turns to the result and elsewhere, since a dispatch may not read what it writes.
    void emit_product(Step step, std::size_t inputs, Addend addend, Epilogue epilogue) {
        const std::size_t tiles = (inputs + kInputsAtOnce - 1) / kInputsAtOnce;
        const std::uint32_t most = gpu::round_up(static_cast<std::uint32_t>((inputs + tiles - 1) / tiles), 4);
        const std::size_t rows = step.rows == kBatch ? memory.most_rows() : step.rows;
        const GpuView result = step.result;
        const GpuView other = {tiles > 1 ? memory.take(rows * step.columns) : 0, step.columns, 1};
        for (std::size_t tile = 0; tile < tiles; ++tile) {
            const bool last = tile + 1 == tiles;
            step.inputs = std::min(most, static_cast<std::uint32_t>(inputs - tile * most));
            step.result = (tiles - tile) % 2 == 1 ? result : other;
            emit_tile(step, addend, last ? epilogue : Epilogue::none);
            step.a.offset += most * step.a.column;
            step.b.offset += most * step.b.row;
            step.addend = step.result;
            addend = Addend::own_row;
        }
    }

    void emit_tile(Step step, Addend addend, Epilogue epilogue) {
        step.block = block_of(step.inputs, step.columns, kUnrolledProducts);
        step.gathers = addend == Addend::row_of_level;
        // Few rows make few workgroups: the columns have to.
        if (step.rows != kBatch && step.rows <= group) step.block = std::min(step.block, 2 * kAccumulators);
        const bool out = step.columns % 4 == 0 && in_fours(step.result) &&
                         (addend == Addend::none || in_fours(step.addend)) &&
                         (epilogue == Epilogue::none || in_fours(step.other));
        VectorsOfB b = VectorsOfB::none;
        if (step.inputs % 4 == 0 && in_fours(transposed(step.b))) {
            b = VectorsOfB::inputs;
        } else if (out && in_fours(step.b)) {
            b = VectorsOfB::columns;
        }
        step.pipeline = pipeline(
            "product", shaders::nn_plan_dense_comp,
            {group_of(step.rows), step.inputs, step.block, std::min(step.block, kAccumulators),
             static_cast<std::uint32_t>(addend), static_cast<std::uint32_t>(epilogue),
             step.inputs % 4 == 0 && in_fours(step.a) ? 1U : 0U, static_cast<std::uint32_t>(b), out ? 1U : 0U});
        plan.steps_.push_back(step);
    }

    /// Columns per workgroup of a product over `inputs`: as many as may be unrolled and as shared memory holds.
    std::uint32_t block_of(std::size_t inputs, std::uint32_t columns, std::size_t unrolled) const {
        if (columns < kAccumulators) return columns;
        const std::size_t shared_floats = device.properties().shared_memory_bytes / sizeof(float);
        const std::size_t most = std::min(shared_floats, unrolled) / inputs;
        const auto whole = static_cast<std::uint32_t>(std::max<std::size_t>(most, kAccumulators));
        return std::min(gpu::round_up(columns, kAccumulators), whole / kAccumulators * kAccumulators);
    }

    /// value(i, j) = Σ over rows of a(r, i)·b(r, j). Invocations run along the wider of the two.
    void emit_outer(Value value, std::size_t rows, GpuView a, GpuView b) {
        Shape shape = node(value).shape;
        GpuView result = memory.place(value);
        if (node(value).operation == &kSumRows) {
            shape = {shape.columns, 1};
            result = transposed(result);
        } else if (shape.columns > shape.rows) {
            std::swap(shape.rows, shape.columns);
            std::swap(a, b);
            result = transposed(result);
        }
        Step step;
        step.kernel = Kernel::outer;
        step.rows = rows;
        step.left = static_cast<std::uint32_t>(shape.rows);
        step.columns = static_cast<std::uint32_t>(shape.columns);
        step.a = a;
        step.b = b;
        step.block = block_of(kChunk, step.columns, kUnrolledSums);
        step.pipeline = pipeline("sum", shaders::nn_plan_outer_comp,
                                 {group_of(step.left, gpu::workgroup_size(device, kOuterGroup)), kChunk, step.block,
                                  std::min(step.block, kAccumulators), step.columns % 4 == 0 && in_fours(b) ? 1U : 0U});
        keep_parts(step, result, schedule.is_final(value));
    }

    /// What nothing but the outside reads is added up together with others, at the end.
    void keep_parts(Step step, GpuView result, bool may_wait) {
        const std::size_t rows = step.rows == kBatch ? memory.most_rows() : step.rows;
        const std::size_t chunks = std::min<std::size_t>(kMostChunks, (rows + kChunk - 1) / kChunk);
        const std::uint32_t elements = step.left * step.columns;
        const std::size_t floats = gpu::round_up(elements * static_cast<std::uint32_t>(chunks), 4);
        may_wait = may_wait && rows <= kChunk * kMostChunks && floats <= kPartsAtOnce;
        // Parts of sums that do not wait are used up at once: they may not stand among those that do.
        if (!may_wait || waiting + floats > kPartsAtOnce) emit_combination();
        step.sum = static_cast<std::uint32_t>(sums.size());
        step.parts = static_cast<std::uint32_t>(waiting);
        step.waits = may_wait;
        parts = std::max(parts, waiting + floats);
        if (may_wait) waiting += floats;
        const bool fours = step.columns % 4 == 0 && in_fours(result);
        const bool own_rows = may_wait && step.rows != kBatch;
        sums.push_back({.elements = elements,
                        .parts = step.parts,
                        .right = step.columns,
                        .result = result.offset,
                        .result_row = result.row,
                        .result_column = result.column,
                        .rows = own_rows ? static_cast<std::uint32_t>(rows) : 0,
                        .vectors = fours ? 1U : 0U});
        if (!may_wait) first_waiting = static_cast<std::uint32_t>(sums.size());
        plan.steps_.push_back(step);
    }

    /// Adds up the parts that wait.
    void emit_combination() {
        if (waiting == 0) return;
        Step step;
        step.kernel = Kernel::combine;
        step.sum = first_waiting;
        step.columns = static_cast<std::uint32_t>(sums.size()) - first_waiting;
        for (const shaders::PlanSum& sum : std::span(sums).subspan(first_waiting)) {
            step.left = std::max(step.left, sum.vectors != 0 ? sum.elements / 4 : sum.elements);
        }
        plan.steps_.push_back(step);
        waiting = 0;
        first_waiting = static_cast<std::uint32_t>(sums.size());
    }

    void emit_sum(Value value) {
        const Value summed = node(value).operands[0];
        const Shape shape = node(summed).shape;
        if (shape.rows == kBatch || shape.rows > kFewInputs) {
            return emit_outer(value, shape.rows, memory.view(summed), memory.ones());
        }
        Step step;
        step.kernel = Kernel::dense;
        step.rows = shape.columns;
        step.columns = 1;
        step.a = transposed(memory.view(summed));
        step.b = memory.ones();
        step.result = transposed(memory.place(value));
        emit_product(step, shape.rows, Addend::none, Epilogue::none);
    }

    /// Where the first rows of levels 0 … levels lie; found once.
    std::uint32_t bounds_of(Value level, std::size_t levels) {
        const auto [found, is_new] = bounds.try_emplace({level, levels}, 0);
        if (!is_new) return found->second;
        found->second = memory.take(levels + 1);
        Step step;
        step.kernel = Kernel::bounds;
        step.rows = levels + 1;
        step.bounds = found->second;
        step.level = memory.view(level);
        step.pipeline = pipeline("bounds", shaders::nn_plan_bounds_comp, {group_of(step.rows)});
        plan.steps_.push_back(step);
        return found->second;
    }

    void emit_levels(Value value) {
        const Node& here = node(value);
        Step step;
        step.kernel = Kernel::levels;
        step.rows = here.shape.rows;
        step.columns = static_cast<std::uint32_t>(here.shape.columns);
        step.bounds = bounds_of(here.operands[1], here.shape.rows);
        step.a = memory.view(here.operands[0]);
        step.result = memory.place(value);
        const bool fours = step.columns % 4 == 0 && in_fours(step.a) && in_fours(step.result);
        step.block = fours ? 4 : 1;
        step.pipeline = pipeline("levels", shaders::nn_plan_levels_comp,
                                 {gpu::workgroup_size(device, kOuterGroup / step.block), fours ? 1U : 0U});
        plan.steps_.push_back(step);
    }

    /// Outputs that show what lies elsewhere.
    void copy_outputs() {
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const Value value = outputs[i];
            const GpuView output = memory.outputs()[i];
            if (!node(value).shared()) continue;
            if (memory.place(value).offset == output.offset && !is_view(node(value))) continue;
            const GpuView from = memory.view(value);
            emit_map(Map::copy, node(value).shape, from, from, output);
        }
    }

    /// Everything else is NaN until something has written it.
    void fill_constants() {
        gpu::Recorder recorder(device, "values of a graph");
        recorder.begin();
        recorder.fill(plan.values_, ~0U);
        device.wait(device.submit(recorder));
        const float one = 1;
        upload_to(memory.ones().offset, std::as_bytes(std::span(&one, 1)));
        for (Value value = 0; value < graph.nodes().size(); ++value) {
            if (schedule.needed(value) && node(value).kind == NodeKind::constant) {
                upload_to(memory.place(value).offset, std::as_bytes(std::span(node(value).values)));
            }
        }
        for (shaders::PlanSum& sum : sums) sum.parts += plan.parts_;
        upload_to(plan.table_ * kSumWords, std::as_bytes(std::span(sums)));
    }
    void upload_to(std::uint32_t offset, std::span<const std::byte> bytes) {
        gpu::upload_bytes(device, plan.values_, bytes, std::size_t{offset} * sizeof(float));
    }

    GpuPlan& plan;
    gpu::Device& device;
    const Graph& graph;
    const std::vector<Value>& outputs;
    std::uint32_t group;  ///< invocations per workgroup over particles
    GpuSchedule schedule;
    GpuPlanMemory memory;
    std::map<std::pair<std::string, std::vector<std::uint32_t>>, std::size_t> pipelines;
    std::map<std::pair<Value, std::size_t>, std::uint32_t> bounds;  ///< of a column of levels and their number
    std::vector<shaders::PlanSum> sums;                             ///< of all outer steps, for plan_combine
    std::uint32_t first_waiting = 0;                                ///< of the sums whose parts are not yet added up
    std::size_t waiting = 0;                                        ///< floats of their parts
    std::size_t parts = 0;                                          ///< floats of parts at a time
};

GpuPlan::GpuPlan(gpu::Device& device, const Graph& graph, const std::vector<Value>& outputs, std::size_t max_rows)
    : combine_(device, "graph combine", shaders::nn_plan_combine_comp,
               {gpu::workgroup_size(device, kOuterGroup), kChunk}) {
    Builder(*this, device, graph, outputs, max_rows).build();
}

}  // namespace scorefield::nn
