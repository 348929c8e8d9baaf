#include "nn/gpu_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "gpu/transfer.hpp"
#include "nn/arena.hpp"
#include "nn/gpu_kernels.hpp"
#include "shaders/nn/plan_bounds.comp.hpp"
#include "shaders/nn/plan_combine.comp.hpp"
#include "shaders/nn/plan_dense.comp.hpp"
#include "shaders/nn/plan_levels.comp.hpp"
#include "shaders/nn/plan_map.comp.hpp"
#include "shaders/nn/plan_outer.comp.hpp"

namespace scorefield::nn {
namespace {

constexpr std::uint32_t kAccumulators = 8;       // of an invocation at a time
constexpr std::uint32_t kChunk = 64;             // rows per part of a sum
constexpr std::uint32_t kMostChunks = 256;       // whose parts are kept at a time
constexpr std::size_t kUnrolledProducts = 4096;  // per invocation: beyond it drivers take minutes to compile
constexpr std::size_t kFewInputs = 256;          // that a sum over rows takes as a product's inputs
constexpr std::size_t kInputsAtMost = 1024;      // private array of an invocation
constexpr std::uint32_t kOuterGroup = 64;        // invocations over the columns of a gradient

/// Of plan_map.comp.
enum class Map : std::uint32_t { copy, add, multiply, scale, sigmoid, silu, silu_derivative, sine, cosine, gather };
/// Of plan_dense.comp.
enum class Addend : std::uint32_t { none, own_row, row_of_level };
enum class Epilogue : std::uint32_t { none, silu, times_silu_derivative };

struct DensePush {
    std::uint32_t rows = 0, columns = 0;
    GpuView a, b, addend, result, other, level;
};
struct OuterPush {
    std::uint32_t first = 0, end = 0, left = 0, right = 0, parts = 0;
    GpuView a, b;
};
struct CombinePush {
    std::uint32_t elements = 0, parts = 0, count = 0, right = 0;
    GpuView result;
    std::uint32_t accumulate = 0;
};
struct BoundsPush {
    std::uint32_t rows = 0, count = 0, level = 0, level_row = 0, bounds = 0;
};
struct LevelsPush {
    std::uint32_t columns = 0, bounds = 0;
    GpuView a, result;
};
struct MapPush {
    std::uint32_t rows = 0;
    float factor = 0;
    GpuView a, b, result;
};

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

bool is_leaf(const Node& node) {
    return node.operands.empty();
}

bool is_view(const Node& node) {
    return node.kind == OpKind::slice_columns || node.kind == OpKind::repeat_rows;
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
          group(network_group(on)) {}

    void build() {
        count_uses();
        choose_fusions();
        find_last_uses();
        place_fixed();
        place_planes();
        for (const Value value : order) emit(value);
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
    bool is_output(Value value) const { return std::ranges::find(outputs, value) != outputs.end(); }

    /// A product with few enough inputs for plan_dense; others are sums over rows, by plan_outer.
    bool is_dense(Value value) const {
        const Node& product = node(value);
        if (product.kind == OpKind::linear) return true;
        if (product.kind != OpKind::matmul) return false;
        if (!product.transpose_a) return true;
        const std::size_t inputs = node(product.operands[0]).shape.rows;
        return inputs != kBatch && (inputs <= kFewInputs || product.transpose_b);
    }

    /// Invocations per workgroup over so many rows.
    std::uint32_t group_of(std::size_t rows) const {
        constexpr std::uint32_t kFewest = 8;
        if (rows == kBatch || rows >= group) return group;
        return std::min(group, std::max(kFewest, std::bit_ceil(static_cast<std::uint32_t>(rows))));
    }

    void count_uses() {
        needed = needed_for(graph, outputs);
        uses.assign(needed.size(), 0);
        for (Value value = 0; value < needed.size(); ++value) {
            if (!needed[value]) continue;
            for (const Value operand : node(value).operands) ++uses[operand];
        }
    }

    /// Whether nothing but one operation sees the value.
    bool hidden(Value value) const { return uses[value] == 1 && !is_output(value); }

    void choose_fusions() {
        silu_of.assign(needed.size(), kNone);
        product_of.assign(needed.size(), kNone);
        absorbed = gathered_addends();
        for (Value value = 0; value < needed.size(); ++value) {
            if (!needed[value]) continue;
            const Node& here = node(value);
            if (here.kind == OpKind::silu && is_dense(here.operands[0]) && silu_of[here.operands[0]] == kNone) {
                silu_of[here.operands[0]] = value;
                absorbed[value] = true;
            }
            if (here.kind == OpKind::multiply) fuse_derivative(value);
        }
        for (Value value = 0; value < needed.size(); ++value) {
            if (needed[value] && !absorbed[value] && !is_leaf(node(value)) && !is_view(node(value)))
                order.push_back(value);
        }
    }

    /// Gathered rows that products alone read, as what they add.
    std::vector<bool> gathered_addends() const {
        std::vector<bool> result(needed.size(), false);
        for (Value value = 0; value < needed.size(); ++value) {
            result[value] = needed[value] && node(value).kind == OpKind::gather_rows && !is_output(value);
        }
        for (Value value = 0; value < needed.size(); ++value) {
            const std::vector<Value>& operands = node(value).operands;
            for (std::size_t i = 0; needed[value] && i < operands.size(); ++i) {
                if (node(value).kind != OpKind::linear || i != 2) result[operands[i]] = false;
            }
        }
        return result;
    }

    void fuse_derivative(Value value) {
        const std::vector<Value>& factors = node(value).operands;
        for (std::size_t i = 0; i < 2; ++i) {
            const Value product = factors[i];
            const Value slope = factors[1 - i];
            const bool fits = is_dense(product) && node(slope).kind == OpKind::silu_derivative && product != slope &&
                              node(product).shape == node(slope).shape && hidden(product) && hidden(slope) &&
                              silu_of[product] == kNone;
            if (!fits) continue;
            product_of[value] = product;
            absorbed[product] = absorbed[slope] = true;
            return;
        }
    }

    /// The values that the dispatch of `value` reads, levels and gathered tables left out: they stay.
    std::vector<Value> reads_of(Value value) const {
        if (product_of[value] == kNone) return node(value).operands;
        const Value product = product_of[value];
        const std::vector<Value>& factors = node(value).operands;
        std::vector<Value> reads = node(product).operands;
        reads.push_back(node(factors[0] == product ? factors[1] : factors[0]).operands[0]);
        return reads;
    }

    /// What holds the memory that a view shows.
    Value root(Value value) const {
        while (is_view(node(value))) value = node(value).operands[0];
        return value;
    }

    void find_last_uses() {
        last_use.assign(needed.size(), 0);
        for (std::size_t at = 0; at < order.size(); ++at) {
            last_use[order[at]] = at;
            if (silu_of[order[at]] != kNone) last_use[silu_of[order[at]]] = at;
        }
        for (std::size_t at = 0; at < order.size(); ++at) {
            for (const Value read : reads_of(order[at])) last_use[root(read)] = std::max(last_use[root(read)], at);
        }
        for (const Value output : outputs) last_use[root(output)] = order.size();
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
        places.resize(needed.size());
        for (Value value = 0; value < needed.size(); ++value) {
            if (needed[value] && node(value).kind == OpKind::parameter)
                name_place(value, take_matrix(node(value).shape));
        }
        output_views.resize(outputs.size());
        placed.assign(needed.size(), false);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const Value value = outputs[i];
            if (batch(value)) continue;
            output_views[i] = take_matrix(node(value).shape);
            if (is_leaf(node(value)) || is_view(node(value)) || placed[value]) continue;
            places[value] = output_views[i];
            placed[value] = true;
        }
        for (Value value = 0; value < needed.size(); ++value) {
            const Node& here = node(value);
            if (!needed[value] || is_view(here) || here.kind == OpKind::parameter || placed[value]) continue;
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
        for (std::size_t at = 0; at < order.size(); ++at) {
            for (const Value value : {order[at], silu_of[order[at]]}) {
                if (value == kNone || !batch(value)) continue;
                const std::size_t first = arena.take(node(value).shape.columns, last_use[value], at);
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
        if (product_of[value] != kNone || is_dense(value)) return emit_dense(value);
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
        const Value product = product_of[value] == kNone ? value : product_of[value];
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
        if (addend != Addend::none && absorbed[here.operands[2]]) {
            addend = Addend::row_of_level;
            const Node& gathered = node(here.operands[2]);
            step.addend = view(gathered.operands[0]);
            step.level = view(gathered.operands[1]);
        } else if (addend != Addend::none) {
            step.addend = repeated(here.operands[2], here.shape.rows);
        }
        Epilogue epilogue = Epilogue::none;
        if (product_of[value] != kNone) {
            epilogue = Epilogue::times_silu_derivative;
            step.other = view(reads_of(value).back());
        } else if (silu_of[value] != kNone) {
            epilogue = Epilogue::silu;
            step.other = places[silu_of[value]];
        }
        const Shape shape = node(here.operands[0]).shape;
        emit_product(step, here.transpose_a ? shape.rows : shape.columns, addend, epilogue);
    }

    void emit_product(Step step, std::size_t inputs, Addend addend, Epilogue epilogue) {
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
        for (Value value = 0; value < needed.size(); ++value) {
            if (needed[value] && node(value).kind == OpKind::constant) {
                upload_to(places[value].offset, node(value).values);
            }
        }
    }
    void upload_to(std::uint32_t offset, std::span<const float> floats) {
        gpu::upload_bytes(device, plan.values_, std::as_bytes(floats), std::size_t{offset} * sizeof(float));
    }

    static constexpr Value kNone = std::numeric_limits<Value>::max();

    GpuPlan& plan;
    gpu::Device& device;
    const Graph& graph;
    const std::vector<Value>& outputs;
    std::uint32_t stride;  ///< of planes
    std::uint32_t group;   ///< invocations per workgroup over particles
    std::vector<bool> needed;
    std::vector<std::size_t> uses;
    std::vector<Value> silu_of;     ///< of a product: the silu that its dispatch computes, too
    std::vector<Value> product_of;  ///< of a multiplication: the product whose dispatch computes it
    std::vector<bool> absorbed;     ///< computed by another one's dispatch
    std::vector<Value> order;       ///< of dispatches
    std::vector<std::size_t> last_use;
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

GpuView GpuPlan::place(const std::string& name) const {
    const auto found = places_.find(name);
    if (found == places_.end()) throw std::logic_error("the plan has no input or parameter '" + name + "'");
    return found->second;
}

std::uint32_t GpuPlan::groups(const Step& step, std::uint32_t count) const {
    const std::uint32_t group = pipelines_[step.pipeline].local_size()[0];
    return (count + group - 1) / group;
}

void GpuPlan::record_outer(gpu::Recorder& recorder, const Step& step, std::uint32_t rows) const {
    const std::uint32_t elements = step.left * step.columns;
    const std::uint32_t blocks = (step.columns + step.block - 1) / step.block;
    for (std::uint32_t first = 0; first < rows; first += kChunk * kMostChunks) {
        const std::uint32_t end = std::min(rows, first + kChunk * kMostChunks);
        const std::uint32_t chunks = (end - first + kChunk - 1) / kChunk;
        const OuterPush outer = {first, end, step.left, step.columns, parts_, step.a, step.b};
        recorder.dispatch(pipelines_[step.pipeline], {gpu::reads_writes(values_)}, outer, groups(step, step.left),
                          blocks, chunks);
        const CombinePush combine = {elements, parts_, chunks, step.columns, step.result, first > 0 ? 1U : 0U};
        recorder.dispatch(combine_, {gpu::reads_writes(values_)}, combine,
                          (elements + combine_.local_size()[0] - 1) / combine_.local_size()[0]);
    }
}

void GpuPlan::record(gpu::Recorder& recorder, std::size_t rows) const {
    const auto particles = static_cast<std::uint32_t>(rows);
    for (const Step& step : steps_) {
        const auto here = step.rows == kBatch ? particles : static_cast<std::uint32_t>(step.rows);
        if (step.kernel == Kernel::outer) {
            record_outer(recorder, step, here);
        } else if (step.kernel == Kernel::bounds) {
            const BoundsPush push = {particles, here, step.level.offset, step.level.row, step.bounds};
            recorder.dispatch(pipelines_[step.pipeline], {gpu::reads_writes(values_)}, push, groups(step, here));
        } else if (step.kernel == Kernel::levels) {
            const LevelsPush push = {step.columns, step.bounds, step.a, step.result};
            recorder.dispatch(pipelines_[step.pipeline], {gpu::reads_writes(values_)}, push, groups(step, step.columns),
                              here);
        } else if (step.kernel == Kernel::dense) {
            const DensePush push = {here,        step.columns, step.a,     step.b,
                                    step.addend, step.result,  step.other, step.level};
            recorder.dispatch(pipelines_[step.pipeline], {gpu::reads_writes(values_)}, push, groups(step, here),
                              (step.columns + step.block - 1) / step.block);
        } else {
            const float factor = step.over_batch ? step.factor / static_cast<float>(rows) : step.factor;
            const MapPush push = {here, factor, step.a, step.b, step.result};
            recorder.dispatch(pipelines_[step.pipeline], {gpu::reads_writes(values_)}, push, groups(step, here),
                              step.columns);
        }
    }
}

}  // namespace scorefield::nn
