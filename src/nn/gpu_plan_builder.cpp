#include "nn/gpu_plan_builder.hpp"

#include <algorithm>
#include <bit>

#include "gpu/transfer.hpp"
#include "nn/gpu_kernels.hpp"
#include "nn/ops/gpu_operation.hpp"
#include "nn/ops/linear/linear.hpp"
#include "nn/unrolling.hpp"
#include "shaders/nn/plan_bounds.comp.hpp"
#include "shaders/nn/plan_combine.comp.hpp"
#include "shaders/nn/plan_copy.comp.hpp"
#include "shaders/nn/plan_dense.comp.hpp"
#include "shaders/nn/plan_levels.comp.hpp"
#include "shaders/nn/plan_outer.comp.hpp"

namespace scorefield::nn {
namespace {

constexpr std::uint32_t kAccumulators = 8;   // per invocation
constexpr std::size_t kUnrolledSums = 8192;  // the same for sums over rows, whose shaders are shorter
constexpr std::size_t kInputsAtOnce = kUnrolledProducts / kAccumulators;
constexpr std::uint32_t kOuterGroup = 64;        // invocations over the columns of a gradient
constexpr std::size_t kPartsAtOnce = 1U << 22U;  // floats of parts of sums that wait to be added up
constexpr std::uint32_t kSumWords = sizeof(shaders::PlanSum) / sizeof(std::uint32_t);

/// Invocations per workgroup over so many rows, or columns: `most`, or less where fewer do.
std::uint32_t group_for(std::size_t rows, std::uint32_t most) {
    constexpr std::uint32_t kFewest = 8;
    if (rows == kBatch || rows >= most) return most;
    return std::min(most, std::max(kFewest, std::bit_ceil(static_cast<std::uint32_t>(rows))));
}

}  // namespace

GpuPlanBuilder::GpuPlanBuilder(GpuPlan& plan, gpu::Device& device, const Graph& graph,
                               const std::vector<Value>& outputs, std::size_t max_rows)
    : plan_(plan),
      device_(device),
      graph_(graph),
      outputs_(outputs),
      group_(gpu::score_workgroup(device)),
      schedule_(graph, outputs),
      memory_(graph, schedule_, outputs, max_rows) {}

void GpuPlanBuilder::build() {
    for (const Value value : schedule_.order()) emit(value);
    emit_combination();
    copy_outputs();
    plan_.places_ = memory_.named();
    plan_.outputs_ = memory_.outputs();
    plan_.parts_ = memory_.take(parts_);
    plan_.table_ = memory_.take((sums_.size() + 1) * kSumWords) / std::uint32_t{kSumWords} + 1;
    plan_.values_ = gpu::Buffer(device_, "values of a graph", memory_.size() * sizeof(float));
    fill_constants();
}

std::uint32_t GpuPlanBuilder::group_of(std::size_t rows) const {
    return group_for(rows, group_);
}

std::size_t GpuPlanBuilder::pipeline(const std::string& name, std::span<const std::uint32_t> code,
                                     const std::vector<std::uint32_t>& constants) {
    const auto [found, is_new] = pipelines_.try_emplace({code.data(), constants}, plan_.pipelines_.size());
    if (is_new) plan_.pipelines_.emplace_back(device_, "graph " + name, code, constants);
    return found->second;
}

void GpuPlanBuilder::emit(Value value) {
    if (schedule_.product_of(value) != GpuSchedule::kNone) return emit_dense(value);
    const Node& here = node(value);
    const GpuOperation& kernel = gpu_operation(*here.operation);
    if (kernel.emit != nullptr) return kernel.emit(*this, value);
    emit_map(std::string(here.operation->name), kernel.elements,
             {.rows = here.shape.rows(),
              .columns = here.shape.columns(),
              .a = memory_.repeated(here.operands.front(), here.shape.rows()),
              .b = memory_.repeated(here.operands.back(), here.shape.rows()),
              .result = memory_.place(value),
              .factor = here.factor,
              .over_batch = here.over_batch});
}

void GpuPlanBuilder::emit_map(const std::string& name, std::span<const std::uint32_t> code, MapDispatch map) {
    // The longer side of a matrix that all particles share lies along the invocations.
    if (map.rows != kBatch && map.rows < map.columns) {
        std::swap(map.rows, map.columns);
        map.a = transposed(map.a);
        map.b = transposed(map.b);
        map.result = transposed(map.result);
    }
    Step step;
    step.kernel = Kernel::map;
    step.rows = map.rows;
    step.columns = static_cast<std::uint32_t>(map.columns);
    step.factor = static_cast<float>(map.factor);
    step.over_batch = map.over_batch;
    step.gathers = map.gathers;
    step.a = map.a;
    step.b = map.b;
    step.result = map.result;
    step.pipeline = pipeline(name, code, {group_of(step.rows)});
    plan_.steps_.push_back(step);
}

void GpuPlanBuilder::emit_copy(std::size_t rows, std::size_t columns, GpuView from, GpuView to) {
    emit_map("copy", shaders::nn_plan_copy_comp,
             {.rows = rows, .columns = columns, .a = from, .b = from, .result = to});
}

void GpuPlanBuilder::emit_dense(Value value) {
    const Value product = schedule_.product_of(value) == GpuSchedule::kNone ? value : schedule_.product_of(value);
    const Node& here = node(product);
    const bool linear = here.operation == &kLinear;
    const GpuView a = memory_.view(here.operands[0]);
    const GpuView b = memory_.view(here.operands[1]);
    Step step;
    step.kernel = Kernel::dense;
    step.rows = here.shape.rows();
    step.columns = static_cast<std::uint32_t>(here.shape.columns());
    step.a = here.transpose_a ? transposed(a) : a;
    step.b = linear || here.transpose_b ? transposed(b) : b;
    step.result = memory_.place(value);
    Addend addend = here.operands.size() == 3 ? Addend::own_row : Addend::none;
    if (addend != Addend::none && schedule_.absorbed(here.operands[2])) {
        addend = Addend::row_of_level;
        const Node& gathered = node(here.operands[2]);
        step.addend = memory_.view(gathered.operands[0]);
        step.level = memory_.view(gathered.operands[1]);
    } else if (addend != Addend::none) {
        step.addend = memory_.repeated(here.operands[2], here.shape.rows());
    }
    Epilogue epilogue = Epilogue::none;
    if (schedule_.product_of(value) != GpuSchedule::kNone) {
        epilogue = Epilogue::times_silu_derivative;
        step.other = memory_.view(schedule_.slope_of(value));
    } else if (schedule_.silu_of(value) != GpuSchedule::kNone) {
        epilogue = Epilogue::silu;
        step.other = memory_.place(schedule_.silu_of(value));
    }
    const Shape& shape = node(here.operands[0]).shape;
    emit_tiles(step, here.transpose_a ? shape.rows() : shape.columns(), addend, epilogue);
}

/// A product over many inputs is a sum of products over some of them, each added to what the one before has
/// written: by turns to the result and elsewhere, since a dispatch may not read what it writes.
void GpuPlanBuilder::emit_tiles(Step step, std::size_t inputs, Addend addend, Epilogue epilogue) {
    const std::size_t tiles = (inputs + kInputsAtOnce - 1) / kInputsAtOnce;
    const std::uint32_t most = gpu::round_up(static_cast<std::uint32_t>((inputs + tiles - 1) / tiles), 4);
    const std::size_t rows = step.rows == kBatch ? memory_.most_rows() : step.rows;
    const GpuView result = step.result;
    const GpuView other = {tiles > 1 ? memory_.take(rows * step.columns) : 0, step.columns, 1};
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

void GpuPlanBuilder::emit_tile(Step step, Addend addend, Epilogue epilogue) {
    step.block = block_of(step.inputs, step.columns, kUnrolledProducts);
    step.gathers = addend == Addend::row_of_level;
    // Few rows make few workgroups: the columns have to.
    if (step.rows != kBatch && step.rows <= group_) step.block = std::min(step.block, 2 * kAccumulators);
    const bool out = step.columns % 4 == 0 && in_fours(step.result) &&
                     (addend == Addend::none || in_fours(step.addend)) &&
                     (epilogue == Epilogue::none || in_fours(step.other));
    VectorsOfB b = VectorsOfB::none;
    if (step.inputs % 4 == 0 && in_fours(transposed(step.b))) {
        b = VectorsOfB::inputs;
    } else if (out && in_fours(step.b)) {
        b = VectorsOfB::columns;
    }
    step.pipeline =
        pipeline("product", shaders::nn_plan_dense_comp,
                 {group_of(step.rows), step.inputs, step.block, std::min(step.block, kAccumulators),
                  static_cast<std::uint32_t>(addend), static_cast<std::uint32_t>(epilogue),
                  step.inputs % 4 == 0 && in_fours(step.a) ? 1U : 0U, static_cast<std::uint32_t>(b), out ? 1U : 0U});
    plan_.steps_.push_back(step);
}

/// Columns per workgroup of a product over `inputs`: as many as may be unrolled and as shared memory holds.
std::uint32_t GpuPlanBuilder::block_of(std::size_t inputs, std::uint32_t columns, std::size_t unrolled) const {
    if (columns < kAccumulators) return columns;
    const std::size_t shared_floats = device_.properties().shared_memory_bytes / sizeof(float);
    const std::size_t most = std::min(shared_floats, unrolled) / inputs;
    const auto whole = static_cast<std::uint32_t>(std::max<std::size_t>(most, kAccumulators));
    return std::min(gpu::round_up(columns, kAccumulators), whole / kAccumulators * kAccumulators);
}

/// Invocations run along the wider of the two.
void GpuPlanBuilder::emit_outer(Value value, const Shape& summed, GpuView a, GpuView b, GpuView result) {
    const Shape& shape = node(value).shape;
    std::size_t left = summed.columns();
    std::size_t right = shape.rows() * shape.columns() / left;
    if (right > left) {
        std::swap(left, right);
        std::swap(a, b);
        result = transposed(result);
    }
    Step step;
    step.kernel = Kernel::outer;
    step.rows = summed.rows();
    step.left = static_cast<std::uint32_t>(left);
    step.columns = static_cast<std::uint32_t>(right);
    step.a = a;
    step.b = b;
    step.block = block_of(kChunk, step.columns, kUnrolledSums);
    step.pipeline = pipeline("sum", shaders::nn_plan_outer_comp,
                             {group_for(step.left, gpu::workgroup_size(device_, kOuterGroup)), kChunk, step.block,
                              std::min(step.block, kAccumulators), step.columns % 4 == 0 && in_fours(b) ? 1U : 0U});
    keep_parts(step, result, schedule_.is_final(value));
}

/// What nothing but the outside reads is added up together with others, at the end.
void GpuPlanBuilder::keep_parts(Step step, GpuView result, bool may_wait) {
    const std::size_t rows = step.rows == kBatch ? memory_.most_rows() : step.rows;
    const std::size_t chunks = std::min<std::size_t>(kMostChunks, (rows + kChunk - 1) / kChunk);
    const std::uint32_t elements = step.left * step.columns;
    const std::size_t floats = gpu::round_up(elements * static_cast<std::uint32_t>(chunks), 4);
    may_wait = may_wait && rows <= kChunk * kMostChunks && floats <= kPartsAtOnce;
    // Parts of sums that do not wait are used up at once: they may not stand among those that do.
    if (!may_wait || waiting_ + floats > kPartsAtOnce) emit_combination();
    step.sum = static_cast<std::uint32_t>(sums_.size());
    step.parts = static_cast<std::uint32_t>(waiting_);
    step.waits = may_wait;
    parts_ = std::max(parts_, waiting_ + floats);
    if (may_wait) waiting_ += floats;
    const bool fours = step.columns % 4 == 0 && in_fours(result);
    const bool own_rows = may_wait && step.rows != kBatch;
    sums_.push_back({.elements = elements,
                     .parts = step.parts,
                     .right = step.columns,
                     .result = result.offset,
                     .result_row = result.row,
                     .result_column = result.column,
                     .rows = own_rows ? static_cast<std::uint32_t>(rows) : 0,
                     .vectors = fours ? 1U : 0U});
    if (!may_wait) first_waiting_ = static_cast<std::uint32_t>(sums_.size());
    plan_.steps_.push_back(step);
}

/// Adds up the parts that wait.
void GpuPlanBuilder::emit_combination() {
    if (waiting_ == 0) return;
    Step step;
    step.kernel = Kernel::combine;
    step.sum = first_waiting_;
    step.columns = static_cast<std::uint32_t>(sums_.size()) - first_waiting_;
    for (const shaders::PlanSum& sum : std::span(sums_).subspan(first_waiting_)) {
        step.left = std::max(step.left, sum.vectors != 0 ? sum.elements / 4 : sum.elements);
    }
    plan_.steps_.push_back(step);
    waiting_ = 0;
    first_waiting_ = static_cast<std::uint32_t>(sums_.size());
}

void GpuPlanBuilder::emit_product(std::size_t rows, std::size_t columns, std::size_t inputs, GpuView a, GpuView b,
                                  GpuView result) {
    Step step;
    step.kernel = Kernel::dense;
    step.rows = rows;
    step.columns = static_cast<std::uint32_t>(columns);
    step.a = a;
    step.b = b;
    step.result = result;
    emit_tiles(step, inputs, Addend::none, Epilogue::none);
}

/// Where the first rows of levels 0 … levels lie; found once.
std::uint32_t GpuPlanBuilder::bounds_of(Value level, std::size_t levels) {
    const auto [found, is_new] = bounds_.try_emplace({level, levels}, 0);
    if (!is_new) return found->second;
    found->second = memory_.take(levels + 1);
    Step step;
    step.kernel = Kernel::bounds;
    step.rows = levels + 1;
    step.bounds = found->second;
    step.level = memory_.view(level);
    step.pipeline = pipeline("bounds", shaders::nn_plan_bounds_comp, {group_of(step.rows)});
    plan_.steps_.push_back(step);
    return found->second;
}

void GpuPlanBuilder::emit_levels(Value value) {
    const Node& here = node(value);
    Step step;
    step.kernel = Kernel::levels;
    step.rows = here.shape.rows();
    step.columns = static_cast<std::uint32_t>(here.shape.columns());
    step.bounds = bounds_of(here.operands[1], here.shape.rows());
    step.a = memory_.view(here.operands[0]);
    step.result = memory_.place(value);
    const bool fours = step.columns % 4 == 0 && in_fours(step.a) && in_fours(step.result);
    step.block = fours ? 4 : 1;
    step.pipeline = pipeline("levels", shaders::nn_plan_levels_comp,
                             {gpu::workgroup_size(device_, kOuterGroup / step.block), fours ? 1U : 0U});
    plan_.steps_.push_back(step);
}

/// Outputs that show what lies elsewhere.
void GpuPlanBuilder::copy_outputs() {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        const Value value = outputs_[i];
        const GpuView output = memory_.outputs()[i];
        if (!node(value).shared()) continue;
        if (memory_.place(value).offset == output.offset && !is_view(node(value))) continue;
        const GpuView from = memory_.view(value);
        const Shape& shape = node(value).shape;
        emit_copy(shape.rows(), shape.columns(), from, output);
    }
}

/// Everything else is NaN until something has written it.
void GpuPlanBuilder::fill_constants() {
    gpu::Recorder recorder(device_, "values of a graph");
    recorder.begin();
    recorder.fill(plan_.values_, ~0U);
    device_.wait(device_.submit(recorder));
    const float one = 1;
    upload_to(memory_.ones().offset, std::as_bytes(std::span(&one, 1)));
    for (Value value = 0; value < graph_.nodes().size(); ++value) {
        if (schedule_.needed(value) && node(value).kind == NodeKind::constant) {
            upload_to(memory_.place(value).offset, std::as_bytes(std::span(node(value).values)));
        }
    }
    for (shaders::PlanSum& sum : sums_) sum.parts += plan_.parts_;
    upload_to(plan_.table_ * kSumWords, std::as_bytes(std::span(sums_)));
}

void GpuPlanBuilder::upload_to(std::uint32_t offset, std::span<const std::byte> bytes) {
    gpu::upload_bytes(device_, plan_.values_, bytes, std::size_t{offset} * sizeof(float));
}

GpuPlan::GpuPlan(gpu::Device& device, const Graph& graph, const std::vector<Value>& outputs, std::size_t max_rows)
    : combine_(device, "graph combine", shaders::nn_plan_combine_comp,
               {gpu::workgroup_size(device, kOuterGroup), kChunk}) {
    GpuPlanBuilder(*this, device, graph, outputs, max_rows).build();
}

}  // namespace scorefield::nn
