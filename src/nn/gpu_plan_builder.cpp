#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "gpu/transfer.hpp"
#include "nn/arena.hpp"
#include "nn/gpu_kernels.hpp"
#include "nn/gpu_plan.hpp"
#include "nn/gpu_plan_schedule.hpp"
#include "shaders/nn/plan_bounds.comp.hpp"
#include "shaders/nn/plan_combine.comp.hpp"
#include "shaders/nn/plan_dense.comp.hpp"
#include "shaders/nn/plan_levels.comp.hpp"
#include "shaders/nn/plan_map.comp.hpp"
#include "shaders/nn/plan_outer.comp.hpp"

namespace scorefield::nn {
namespace {

constexpr std::uint32_t kAccumulators = 8;       // of an invocation at a time
constexpr std::size_t kUnrolledProducts = 4096;  // per invocation: beyond it drivers take minutes to compile
constexpr std::size_t kInputsAtMost = 1024;      // private array of an invocation
constexpr std::uint32_t kOuterGroup = 64;        // invocations over the columns of a gradient

/// Of plan_map.comp.
enum class Map : std::uint32_t { copy, add, multiply, scale, sigmoid, silu, silu_derivative, sine, cosine, gather };
/// Of plan_dense.comp.
enum class Addend : std::uint32_t { none, own_row, row_of_level };
enum class Epilogue : std::uint32_t { none, silu, times_silu_derivative };

GpuView transposed(const GpuView& view) {
    return {view.offset, view.column, view.row};
}

std::optional<Map> map_of(OpKind kind) {
    switch (kind) {
        case OpKind::add:
            return Map::add;
        case OpKind::multiply:
            return Map::multiply;
        case OpKind::scale:
            return Map::scale;
        case OpKind::sigmoid:
            return Map::sigmoid;
        case OpKind::silu:
            return Map::silu;
        case OpKind::silu_derivative:
            return Map::silu_derivative;
        case OpKind::sine:
            return Map::sine;
        case OpKind::cosine:
            return Map::cosine;
        default:
            return std::nullopt;
    }
}

}  // namespace

/// Makes the steps: first what is computed by which dispatch, then where everything lies, then the dispatches.
struct GpuPlan::Builder {
    Builder(GpuPlan& owner, gpu::Device& on, const Graph& of, const std::vector<Value>& wanted, std::size_t max_rows)
        : plan(owner),
          device(on),
          graph(of),
          outputs(wanted),
          stride(round_up(narrow(max_rows), kParticleMultiple)),
          group(network_group(on)),
          schedule(of, wanted) {}

    void build() {
        place_fixed();
        place_planes();
        for (const Value value : schedule.order()) emit(value);
        place_outputs();
        plan.parts_ = take(parts);
        plan.values_ = gpu::Buffer(device, "values of a graph", std::size_t{fixed} * sizeof(float));
        fill_constants();
    }

  private:
    static std::uint32_t narrow(std::size_t n) {
        if (n > std::numeric_limits<std::uint32_t>::max() / 2) throw std::logic_error("a plan of too many rows");
        return static_cast<std::uint32_t>(n);
    }

    const Node& node(Value value) const { return graph.node(value); }
    bool batch(Value value) const { return !node(value).shared(); }

    /// Invocations per workgroup over so many rows.
    std::uint32_t group_of(std::size_t rows) const {
        constexpr std::uint32_t kFewest = 8;
        if (rows == kBatch || rows >= group) return group;
        return std::min(group, std::max(kFewest, std::bit_ceil(static_cast<std::uint32_t>(rows))));
    }

    std::uint32_t take(std::size_t floats) {
        const std::size_t at = fixed;
        fixed += floats;
        if (fixed > std::numeric_limits<std::uint32_t>::max()) {
            throw base::request_error("too many particles at once", "the graph", "their values do not fit one buffer",
                                      "use a smaller batch");
        }
        return static_cast<std::uint32_t>(at);
    }

    GpuView take_matrix(Shape shape) {
        const auto columns = static_cast<std::uint32_t>(shape.columns);
        return {take(shape.rows * shape.columns), columns, 1};
    }
    GpuView plane_view(std::size_t offset) const { return {static_cast<std::uint32_t>(offset), 1, stride}; }

    /// Parameters, then shared outputs, then everything else that is not a particle's.
    void place_fixed() {
        places.resize(graph.nodes().size());
        for (Value value = 0; value < graph.nodes().size(); ++value) {
            if (schedule.needed(value) && node(value).kind == OpKind::parameter)
                name_place(value, take_matrix(node(value).shape));
        }
        output_views.resize(outputs.size());
        placed.assign(graph.nodes().size(), false);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const Value value = outputs[i];
            if (batch(value)) continue;
            output_views[i] = take_matrix(node(value).shape);
            if (is_leaf(node(value)) || is_view(node(value)) || placed[value]) continue;
            places[value] = output_views[i];
            placed[value] = true;
        }
        for (Value value = 0; value < graph.nodes().size(); ++value) {
            const Node& here = node(value);
            if (!schedule.needed(value) || is_view(here) || here.kind == OpKind::parameter || placed[value]) continue;
            if (here.shared()) {
                places[value] = take_matrix(here.shape);
            } else if (here.kind == OpKind::input) {
                places[value] = plane_view(take(here.shape.columns * stride));
            }
            if (here.kind == OpKind::input) name_place(value, places[value]);
        }
        ones = {take(1), 0, 0};
    }

    void name_place(Value value, const GpuView& view) {
        places[value] = view;
        plan.places_[node(value).name] = view;
    }

    void place_planes() {
        Arena arena;
        std::vector<Value> planes;
        for (std::size_t at = 0; at < schedule.order().size(); ++at) {
            for (const Value value : {schedule.order()[at], schedule.silu_of(schedule.order()[at])}) {
                if (value == GpuSchedule::kNone || !batch(value)) continue;
                const std::size_t first = arena.take(node(value).shape.columns, schedule.last_use(value), at);
                places[value] = plane_view(first * stride);
                planes.push_back(value);
            }
        }
        const std::uint32_t begin = take(arena.size() * stride);
        for (const Value value : planes) places[value].offset += begin;
    }

    GpuView view(Value value) const {
        const Node& here = node(value);
        if (!is_view(here)) return places[value];
        GpuView of = view(here.operands[0]);
        if (here.kind == OpKind::repeat_rows) {
            of.row = 0;
        } else {
            of.offset += static_cast<std::uint32_t>(here.first) * of.column;
        }
        return of;
    }

    /// The view with its only row repeated where `rows` are wanted.
    GpuView repeated(Value value, std::size_t rows) const {
        GpuView of = view(value);
        if (node(value).shape.rows == 1 && rows != 1) of.row = 0;
        return of;
    }

    std::size_t pipeline(const std::string& name, std::span<const std::uint32_t> code,
                         const std::vector<std::uint32_t>& constants) {
        const auto [found, is_new] = pipelines.try_emplace({name, constants}, plan.pipelines_.size());
        if (is_new) plan.pipelines_.emplace_back(device, "graph " + name, code, constants);
        return found->second;
    }

    void emit(Value value) {
        const Node& here = node(value);
        if (schedule.product_of(value) != GpuSchedule::kNone || schedule.is_dense(value)) return emit_dense(value);
        if (here.kind == OpKind::matmul) {
            const std::size_t rows = node(here.operands[0]).shape.rows;
            return emit_outer(rows, here.shape, view(here.operands[0]), view(here.operands[1]), places[value]);
        }
        if (here.kind == OpKind::sum_rows) return emit_sum(value);
        if (here.kind == OpKind::concatenate_columns) return emit_concatenation(value);
        if (here.kind == OpKind::sum_levels) return emit_levels(value);
        if (here.kind == OpKind::gather_rows) {
            return emit_map(Map::gather, here.shape, view(here.operands[0]), view(here.operands[1]), places[value]);
        }
        const std::optional<Map> map = map_of(here.kind);
        if (!map) throw std::logic_error("an operation without a GPU kernel");
        const GpuView a = repeated(here.operands[0], here.shape.rows);
        const GpuView b = here.operands.size() > 1 ? repeated(here.operands[1], here.shape.rows) : a;
        emit_map(*map, here.shape, a, b, places[value], here.factor, here.over_batch);
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
        step.a = a;
        step.b = b;
        step.result = result;
        step.pipeline = pipeline(fmt::format("map {}", static_cast<int>(map)), shaders::nn_plan_map_comp,
                                 {group_of(step.rows), static_cast<std::uint32_t>(map)});
        plan.steps_.push_back(step);
    }

    void emit_concatenation(Value value) {
        const Node& here = node(value);
        GpuView result = places[value];
        for (const Value operand : here.operands) {
            const Shape shape = {here.shape.rows, node(operand).shape.columns};
            const GpuView a = repeated(operand, here.shape.rows);
            emit_map(Map::copy, shape, a, a, result);
            result.offset += static_cast<std::uint32_t>(shape.columns) * result.column;
        }
    }

    void emit_dense(Value value) {
        const Value product = schedule.product_of(value) == GpuSchedule::kNone ? value : schedule.product_of(value);
        const Node& here = node(product);
        const bool linear = here.kind == OpKind::linear;
        const GpuView a = view(here.operands[0]);
        const GpuView b = view(here.operands[1]);
        Step step;
        step.kernel = Kernel::dense;
        step.rows = here.shape.rows;
        step.columns = static_cast<std::uint32_t>(here.shape.columns);
        step.a = here.transpose_a ? transposed(a) : a;
        step.b = linear || here.transpose_b ? transposed(b) : b;
        step.result = places[value];
        Addend addend = here.operands.size() == 3 ? Addend::own_row : Addend::none;
        if (addend != Addend::none && schedule.absorbed(here.operands[2])) {
            addend = Addend::row_of_level;
            const Node& gathered = node(here.operands[2]);
            step.addend = view(gathered.operands[0]);
            step.level = view(gathered.operands[1]);
        } else if (addend != Addend::none) {
            step.addend = repeated(here.operands[2], here.shape.rows);
        }
        Epilogue epilogue = Epilogue::none;
        if (schedule.product_of(value) != GpuSchedule::kNone) {
            epilogue = Epilogue::times_silu_derivative;
            step.other = view(schedule.slope_of(value));
        } else if (schedule.silu_of(value) != GpuSchedule::kNone) {
            epilogue = Epilogue::silu;
            step.other = places[schedule.silu_of(value)];
        }
        const Shape shape = node(here.operands[0]).shape;
        emit_product(step, here.transpose_a ? shape.rows : shape.columns, addend, epilogue);
    }

    void emit_product(Step step, std::size_t inputs, Addend addend, Epilogue epilogue) {
        step.inputs = static_cast<std::uint32_t>(inputs);
        step.block = block_of(inputs, step.columns);
        const std::uint32_t accumulators = std::min(step.block, kAccumulators);
        step.pipeline = pipeline("product", shaders::nn_plan_dense_comp,
                                 {group_of(step.rows), static_cast<std::uint32_t>(inputs), step.block, accumulators,
                                  static_cast<std::uint32_t>(addend), static_cast<std::uint32_t>(epilogue)});
        plan.steps_.push_back(step);
    }

    /// Columns per workgroup of a product over `inputs`.
    std::uint32_t block_of(std::size_t inputs, std::uint32_t columns) const {
        const std::size_t shared_floats = device.properties().shared_memory_bytes / sizeof(float);
        if (inputs > kInputsAtMost || inputs * kAccumulators > shared_floats) {
            const std::size_t most = std::min(kInputsAtMost, shared_floats / kAccumulators);
            throw base::running_error("network too wide for the device", "training",
                                      fmt::format("a layer has {} inputs, of at most {}", inputs, most),
                                      fmt::format("keep --network.width and twice --network.features within {}", most));
        }
        if (columns < kAccumulators) return columns;
        const std::size_t most = std::min(shared_floats, kUnrolledProducts) / inputs;
        const auto whole = static_cast<std::uint32_t>(std::max<std::size_t>(most, kAccumulators));
        return std::min(round_up(columns, kAccumulators), whole / kAccumulators * kAccumulators);
    }

    /// result(i, j), of `shape`, = Σ over rows of a(r, i)·b(r, j). Invocations run along the wider of the two.
    void emit_outer(std::size_t rows, Shape shape, GpuView a, GpuView b, GpuView result) {
        if (shape.columns > shape.rows) {
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
        step.result = result;
        step.block = block_of(kChunk, step.columns);
        step.pipeline =
            pipeline("sum", shaders::nn_plan_outer_comp,
                     {workgroup_size(device, kOuterGroup), kChunk, step.block, std::min(step.block, kAccumulators)});
        plan.steps_.push_back(step);
        const std::size_t chunks =
            std::min<std::size_t>(kMostChunks, ((rows == kBatch ? stride : rows) + kChunk - 1) / kChunk);
        parts = std::max(parts, shape.rows * shape.columns * chunks);
    }

    void emit_sum(Value value) {
        const Value summed = node(value).operands[0];
        const Shape shape = node(summed).shape;
        const GpuView result = places[value];
        if (shape.rows == kBatch || shape.rows > kFewInputs) {
            emit_outer(shape.rows, {shape.columns, 1}, view(summed), ones, transposed(result));
            return;
        }
        Step step;
        step.kernel = Kernel::dense;
        step.rows = shape.columns;
        step.columns = 1;
        step.a = transposed(view(summed));
        step.b = ones;
        step.result = transposed(result);
        emit_product(step, shape.rows, Addend::none, Epilogue::none);
    }

    /// Where the first rows of levels 0 … levels lie; found once.
    std::uint32_t bounds_of(Value level, std::size_t levels) {
        const auto [found, is_new] = bounds.try_emplace({level, levels}, 0);
        if (!is_new) return found->second;
        found->second = take(levels + 1);
        Step step;
        step.kernel = Kernel::bounds;
        step.rows = levels + 1;
        step.bounds = found->second;
        step.level = view(level);
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
        step.a = view(here.operands[0]);
        step.result = places[value];
        step.pipeline = pipeline("levels", shaders::nn_plan_levels_comp, {workgroup_size(device, kOuterGroup)});
        plan.steps_.push_back(step);
    }

    void place_outputs() {
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const Value value = outputs[i];
            if (batch(value)) {
                output_views[i] = view(value);
                continue;
            }
            if (places[value].offset == output_views[i].offset && !is_view(node(value))) continue;
            const GpuView from = view(value);
            emit_map(Map::copy, node(value).shape, from, from, output_views[i]);
        }
        plan.outputs_ = output_views;
    }

    /// Everything else is NaN until something has written it.
    void fill_constants() {
        gpu::Recorder recorder(device, "values of a graph");
        recorder.begin();
        recorder.fill(plan.values_, ~0U);
        device.wait(device.submit(recorder));
        const float one = 1;
        upload_to(ones.offset, {&one, 1});
        for (Value value = 0; value < graph.nodes().size(); ++value) {
            if (schedule.needed(value) && node(value).kind == OpKind::constant) {
                upload_to(places[value].offset, node(value).values);
            }
        }
    }
    void upload_to(std::uint32_t offset, std::span<const float> floats) {
        gpu::upload_bytes(device, plan.values_, std::as_bytes(floats), std::size_t{offset} * sizeof(float));
    }

    GpuPlan& plan;
    gpu::Device& device;
    const Graph& graph;
    const std::vector<Value>& outputs;
    std::uint32_t stride;  ///< of planes
    std::uint32_t group;   ///< invocations per workgroup over particles
    GpuSchedule schedule;
    std::vector<GpuView> places;
    std::vector<bool> placed;
    std::vector<GpuView> output_views;
    GpuView ones;
    std::map<std::pair<std::string, std::vector<std::uint32_t>>, std::size_t> pipelines;
    std::map<std::pair<Value, std::size_t>, std::uint32_t> bounds;  ///< of a column of levels and their number
    std::size_t fixed = 0;                                          ///< floats taken
    std::size_t parts = 0;                                          ///< floats
};

GpuPlan::GpuPlan(gpu::Device& device, const Graph& graph, const std::vector<Value>& outputs, std::size_t max_rows)
    : combine_(device, "graph combine", shaders::nn_plan_combine_comp, {workgroup_size(device, kOuterGroup)}) {
    Builder(*this, device, graph, outputs, max_rows).build();
}

}  // namespace scorefield::nn
