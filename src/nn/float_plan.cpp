#include "nn/float_plan.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/flush_denormals.hpp"
#include "nn/arena.hpp"

namespace scorefield::nn {
namespace {

bool is_leaf(const Node& node) {
    return node.kind == OpKind::input || node.kind == OpKind::parameter || node.kind == OpKind::constant;
}

}  // namespace

FloatPlan::FloatPlan(const Graph& graph, std::vector<Value> outputs, std::size_t max_rows, const Kernels& kernels)
    : graph_(graph), outputs_(std::move(outputs)), max_rows_(max_rows), kernels_(&kernels) {
    plan_stages();
    plan_arena();
    const std::size_t blocks = (max_rows_ + kBlockRows - 1) / kBlockRows;
    arena_.resize(blocks * arena_size());
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Node& node = graph_.nodes()[i];
        Place& place = places_[i];
        if (!place.needed || place.batch) continue;
        const std::size_t size = node.shape.rows * node.shape.columns;
        if (node.kind == OpKind::constant) place.shared.assign(node.values.begin(), node.values.end());
        if (!is_leaf(node)) place.shared.resize(size);
        if (place.reduction) place.partial.resize(blocks * size);
    }
    gathered_.resize(outputs_.size());
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        const Shape shape = graph_.shape(outputs_[i]);
        if (shape.rows == kBatch) gathered_[i].resize(max_rows_ * shape.columns);
    }
}

void FloatPlan::plan_stages() {
    const std::vector<bool> needed = needed_for(graph_, outputs_);
    places_.resize(needed.size());
    for (std::size_t i = 0; i < needed.size(); ++i) {
        const Node& node = graph_.nodes()[i];
        Place& place = places_[i];
        place.needed = needed[i];
        place.batch = !node.shared();
        for (const Value operand : node.operands) {
            const Place& source = places_[operand];
            place.stage = std::max(place.stage, source.stage + (source.reduction ? 1 : 0));
            place.reduction = place.reduction || (source.batch && !place.batch);
        }
        if (place.needed) stages_ = std::max(stages_, place.stage + 1);
    }
}

void FloatPlan::plan_arena() {
    // Order of computation within a block: by stage, then by position.
    std::vector<Value> order;
    for (Value i = 0; i < places_.size(); ++i) {
        if (places_[i].needed && (places_[i].batch || places_[i].reduction)) order.push_back(i);
    }
    std::ranges::stable_sort(order, {}, [&](Value value) { return places_[value].stage; });
    std::vector<std::size_t> last_use(places_.size(), 0);
    for (std::size_t at = 0; at < order.size(); ++at) {
        for (const Value operand : graph_.node(order[at]).operands) last_use[operand] = at;
    }
    for (const Value output : outputs_) last_use[output] = order.size();
    Arena arena;
    for (std::size_t at = 0; at < order.size(); ++at) {
        const Node& node = graph_.node(order[at]);
        Place& place = places_[order[at]];
        if (place.batch && !is_leaf(node)) place.column = arena.take(node.shape.columns, last_use[order[at]], at);
    }
    arena_columns_ = arena.size();
}

void FloatPlan::bind(const FloatBindings& bindings, std::size_t rows) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Node& node = graph_.nodes()[i];
        if (!places_[i].needed || (node.kind != OpKind::input && node.kind != OpKind::parameter)) continue;
        const auto found = bindings.find(node.name);
        const std::size_t size = (node.shared() ? node.shape.rows : rows) * node.shape.columns;
        if (found == bindings.end() || found->second.size() != size) {
            throw std::logic_error("'" + node.name + "' is not bound to values of its shape");
        }
        places_[i].bound = found->second.data();
    }
}

FloatPlan::View FloatPlan::view(Value value, const Block& block) const {
    const Node& node = graph_.node(value);
    const Place& place = places_[value];
    const std::size_t columns = node.shape.columns;
    if (!place.batch) {
        const float* values = place.bound != nullptr ? place.bound : place.shared.data();
        return {values, node.shape.rows == 1 ? 0 : columns, node.shape.rows};
    }
    if (place.bound != nullptr) return {place.bound + block.first * columns, columns, block.rows};
    return {arena_.data() + block.index * arena_size() + place.column * kBlockRows, columns, block.rows};
}

float* FloatPlan::destination(Value value, const Block& block) {
    Place& place = places_[value];
    if (place.batch) return arena_.data() + block.index * arena_size() + place.column * kBlockRows;
    const Shape shape = graph_.shape(value);
    return place.reduction ? place.partial.data() + block.index * shape.rows * shape.columns : place.shared.data();
}

void FloatPlan::prepare(Value value) {
    const Node& node = graph_.node(value);
    const bool by_rows = node.kind == OpKind::linear || (node.kind == OpKind::matmul && node.transpose_b);
    if (!by_rows) return;
    const Shape shape = graph_.shape(node.operands[1]);
    const View weight = view(node.operands[1], {});
    AlignedFloats& transposed = places_[value].transposed;
    transposed.resize(shape.rows * shape.columns);
    for (std::size_t r = 0; r < shape.rows; ++r) {
        for (std::size_t c = 0; c < shape.columns; ++c) {
            transposed[c * shape.rows + r] = weight.data[r * shape.columns + c];
        }
    }
}

void FloatPlan::compute(Value value, const Block& block) {
    const Node& node = graph_.node(value);
    float* out = destination(value, block);
    const std::size_t rows = places_[value].batch ? block.rows : node.shape.rows;
    switch (node.kind) {
        case OpKind::linear:
        case OpKind::matmul:
            compute_product(node, value, block, out);
            break;
        case OpKind::add:
        case OpKind::multiply:
        case OpKind::concatenate_columns:
        case OpKind::slice_columns:
        case OpKind::sum_rows:
        case OpKind::repeat_rows:
        case OpKind::gather_rows:
        case OpKind::sum_levels:
            compute_joined(node, block, rows, out);
            break;
        default:
            compute_each(node, block, rows * node.shape.columns, out);
            break;
    }
}

void FloatPlan::compute_product(const Node& node, Value value, const Block& block, float* out) {
    const View a = view(node.operands[0], block);
    const View b = view(node.operands[1], block);
    const Shape shape_a = graph_.shape(node.operands[0]);
    const std::size_t columns = node.shape.columns;
    const std::size_t m = node.transpose_a ? shape_a.columns : a.rows;
    const std::size_t k = node.transpose_a ? a.rows : shape_a.columns;
    const Strides strides = node.transpose_a ? Strides{1, shape_a.columns} : Strides{shape_a.columns, 1};
    const bool addend = node.operands.size() == 3;
    if (addend) {
        const View added = view(node.operands[2], block);
        for (std::size_t r = 0; r < m; ++r) std::copy_n(added.data + r * added.stride, columns, out + r * columns);
    }
    const AlignedFloats& transposed = places_[value].transposed;
    kernels_->gemm(m, columns, k, a.data, strides, transposed.empty() ? b.data : transposed.data(), columns, out,
                   columns, addend);
}

void FloatPlan::compute_joined(const Node& node, const Block& block, std::size_t rows, float* out) {
    const std::size_t columns = node.shape.columns;
    const View a = view(node.operands[0], block);
    const View b = node.operands.size() == 2 ? view(node.operands[1], block) : View{};
    const std::size_t left = graph_.shape(node.operands[0]).columns;
    if (node.kind == OpKind::sum_rows) {
        std::fill_n(out, columns, 0.0F);
        for (std::size_t r = 0; r < a.rows; ++r) kernels_->add(columns, out, a.data + r * a.stride, out);
        return;
    }
    if (node.kind == OpKind::gather_rows || node.kind == OpKind::sum_levels) {
        compute_levels(node, a, b, out);
        return;
    }
    const bool whole = a.stride == columns && b.stride == columns;
    const std::size_t pieces = whole ? 1 : rows;
    const std::size_t length = whole ? rows * columns : columns;
    for (std::size_t r = 0; r < pieces; ++r) {
        const float* row = a.data + r * a.stride;
        float* result = out + r * columns;
        switch (node.kind) {
            case OpKind::add:
                kernels_->add(length, row, b.data + r * b.stride, result);
                break;
            case OpKind::multiply:
                kernels_->multiply(length, row, b.data + r * b.stride, result);
                break;
            case OpKind::slice_columns:
                std::copy_n(row + node.first, columns, result);
                break;
            case OpKind::repeat_rows:
                std::copy_n(row, columns, result);
                break;
            default:
                std::copy_n(row, left, result);
                std::copy_n(b.data + r * b.stride, columns - left, result + left);
        }
    }
}

void FloatPlan::compute_levels(const Node& node, const View& a, const View& levels, float* out) const {
    const std::size_t columns = node.shape.columns;
    const auto level = [&](std::size_t row) { return static_cast<std::size_t>(levels.data[row * levels.stride]); };
    if (node.kind == OpKind::gather_rows) {
        for (std::size_t r = 0; r < levels.rows; ++r) {
            std::copy_n(a.data + level(r) * a.stride, columns, out + r * columns);
        }
        return;
    }
    std::fill_n(out, node.shape.rows * columns, 0.0F);
    for (std::size_t r = 0; r < levels.rows; ++r) {
        float* const sum = out + level(r) * columns;
        kernels_->add(columns, sum, a.data + r * a.stride, sum);
    }
}

void FloatPlan::compute_each(const Node& node, const Block& block, std::size_t count, float* out) {
    const float* a = view(node.operands[0], block).data;
    switch (node.kind) {
        case OpKind::scale: {
            const double factor = node.over_batch ? node.factor / static_cast<double>(rows_) : node.factor;
            kernels_->scale(count, static_cast<float>(factor), a, out);
            break;
        }
        case OpKind::sigmoid:
            kernels_->sigmoid(count, a, out);
            break;
        case OpKind::silu:
            kernels_->silu(count, a, out);
            break;
        case OpKind::silu_derivative:
            kernels_->silu_derivative(count, a, out);
            break;
        case OpKind::sine:
            kernels_->sine(count, a, out);
            break;
        case OpKind::cosine:
            kernels_->cosine(count, a, out);
            break;
        default:
            throw std::logic_error("an operation without a single-precision kernel");
    }
}

void FloatPlan::run_block(std::size_t stage, const Block& block) {
    for (Value i = 0; i < places_.size(); ++i) {
        const Place& place = places_[i];
        if (!place.needed || place.stage != stage || !(place.batch || place.reduction)) continue;
        if (!is_leaf(graph_.node(i))) compute(i, block);
    }
}

void FloatPlan::combine(Value value, std::size_t blocks) {
    Place& place = places_[value];
    const std::size_t size = place.shared.size();
    std::copy_n(place.partial.data(), size, place.shared.data());
    for (std::size_t b = 1; b < blocks; ++b) {
        kernels_->add(size, place.shared.data(), place.partial.data() + b * size, place.shared.data());
    }
}

void FloatPlan::gather(const Block& block) {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        if (gathered_[i].empty()) continue;
        const std::size_t columns = graph_.shape(outputs_[i]).columns;
        std::copy_n(view(outputs_[i], block).data, block.rows * columns, gathered_[i].data() + block.first * columns);
    }
}

void FloatPlan::run(base::ThreadPool& pool, std::size_t rows, const FloatBindings& bindings) {
    if (rows == 0 || rows > max_rows_) throw std::logic_error("more particles than planned for, or none");
    const base::FlushDenormals flush;
    rows_ = rows;
    bind(bindings, rows);
    const std::size_t blocks = (rows + kBlockRows - 1) / kBlockRows;
    for (std::size_t stage = 0; stage < stages_; ++stage) {
        std::vector<Value> reductions;
        for (Value i = 0; i < places_.size(); ++i) {
            const Place& place = places_[i];
            if (!place.needed || place.stage != stage || is_leaf(graph_.node(i))) continue;
            prepare(i);
            if (!place.batch && !place.reduction) compute(i, {});
            if (place.reduction) reductions.push_back(i);
        }
        pool.run(blocks, [&](std::size_t index) {
            const base::FlushDenormals flush_here;
            const std::size_t first = index * kBlockRows;
            const Block block = {index, first, std::min(kBlockRows, rows - first)};
            run_block(stage, block);
            if (stage + 1 == stages_) gather(block);
        });
        pool.run(reductions.size(), [&](std::size_t i) {
            const base::FlushDenormals flush_here;
            combine(reductions[i], blocks);
        });
    }
}

std::span<const float> FloatPlan::output(std::size_t i) const {
    const Value value = outputs_.at(i);
    const Node& node = graph_.node(value);
    const Place& place = places_[value];
    if (place.batch) return {gathered_[i].data(), rows_ * node.shape.columns};
    const float* values = place.bound != nullptr ? place.bound : place.shared.data();
    return {values, node.shape.rows * node.shape.columns};
}

}  // namespace scorefield::nn
