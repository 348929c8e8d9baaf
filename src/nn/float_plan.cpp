#include "nn/float_plan.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/flush_denormals.hpp"
#include "nn/arena.hpp"

namespace scorefield::nn {

FloatPlan::FloatPlan(const Graph& graph, std::vector<Value> outputs, std::size_t max_rows, const Kernels& kernels)
    : graph_(graph), outputs_(std::move(outputs)), max_rows_(max_rows), kernels_(&kernels) {
    plan_stages();
    plan_arena();
    const std::size_t blocks = (max_rows_ + kBlockRows - 1) / kBlockRows;
    arena_.resize(blocks * arena_size());
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Node& node = graph_.nodes()[i];
        Place& place = places_[i];
        if (!place.needed) continue;
        if (!node.is_leaf()) place.loop = loop_of(*node.operation);
        if (place.batch) continue;
        const std::size_t size = node.shape.rows() * node.shape.columns();
        if (node.kind == NodeKind::constant) place.shared.assign(node.values.begin(), node.values.end());
        if (!node.is_leaf()) place.shared.resize(size);
        if (place.reduction) place.partial.resize(blocks * size);
    }
    gathered_.resize(outputs_.size());
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        const Shape& shape = graph_.node(outputs_[i]).shape;
        if (shape.rows() == kBatch) gathered_[i].resize(max_rows_ * shape.columns());
    }
}

/// What an operation that works element by element calls; nullptr for others.
ElementLoop FloatPlan::loop_of(const Operation& operation) const {
    const ElementLoop loop = kernels_->loop_of(operation);
    if (loop == nullptr && operation.element_operands > 0) {
        throw std::logic_error(std::string(operation.name) + " has no element function in single precision");
    }
    return loop;
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
        if (place.batch && !node.is_leaf()) place.column = arena.take(node.shape.columns(), last_use[order[at]], at);
    }
    arena_columns_ = arena.size();
}

void FloatPlan::bind(const FloatBindings& bindings, std::size_t rows) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Node& node = graph_.nodes()[i];
        if (!places_[i].needed || (node.kind != NodeKind::input && node.kind != NodeKind::parameter)) continue;
        const auto found = bindings.find(node.name);
        const std::size_t size = (node.shared() ? node.shape.rows() : rows) * node.shape.columns();
        if (found == bindings.end() || found->second.size() != size) {
            throw std::logic_error("'" + node.name + "' is not bound to values of its shape");
        }
        places_[i].bound = found->second.data();
    }
}

HostView FloatPlan::view(Value value, const Block& block) const {
    const Node& node = graph_.node(value);
    const Place& place = places_[value];
    const std::size_t columns = node.shape.columns();
    if (!place.batch) {
        const float* values = place.bound != nullptr ? place.bound : place.shared.data();
        return {values, node.shape.rows(), columns, node.shape.rows() == 1 ? 0 : columns};
    }
    if (place.bound != nullptr) return {place.bound + block.first * columns, block.rows, columns, columns};
    const float* values = arena_.data() + block.index * arena_size() + place.column * kBlockRows;
    return {values, block.rows, columns, columns};
}

FloatPlan::Operands FloatPlan::operands_of(const Node& node, const Block& block) const {
    Operands operands;
    for (const Value operand : node.operands) operands.views[operands.count++] = view(operand, block);
    return operands;
}

float* FloatPlan::destination(Value value, const Block& block) {
    Place& place = places_[value];
    if (place.batch) return arena_.data() + block.index * arena_size() + place.column * kBlockRows;
    const Shape& shape = graph_.node(value).shape;
    return place.reduction ? place.partial.data() + block.index * shape.rows() * shape.columns() : place.shared.data();
}

void FloatPlan::prepare(Value value) {
    const Node& node = graph_.node(value);
    if (node.operation->prepare == nullptr) return;
    node.operation->prepare(node, operands_of(node, {}).span(), places_[value].prepared);
}

void FloatPlan::compute(Value value, const Block& block) {
    const Node& node = graph_.node(value);
    const Place& place = places_[value];
    const Operands operands = operands_of(node, block);
    node.operation->run({.node = node,
                         .kernels = *kernels_,
                         .operands = operands.span(),
                         .rows = place.batch ? block.rows : node.shape.rows(),
                         .batch = rows_,
                         .loop = place.loop,
                         .prepared = place.prepared.empty() ? nullptr : place.prepared.data(),
                         .out = destination(value, block)});
}

void FloatPlan::run_block(std::size_t stage, const Block& block) {
    for (Value i = 0; i < places_.size(); ++i) {
        const Place& place = places_[i];
        if (!place.needed || place.stage != stage || !(place.batch || place.reduction)) continue;
        if (!graph_.node(i).is_leaf()) compute(i, block);
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
        const std::size_t columns = graph_.node(outputs_[i]).shape.columns();
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
            if (!place.needed || place.stage != stage || graph_.node(i).is_leaf()) continue;
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
    if (place.batch) return {gathered_[i].data(), rows_ * node.shape.columns()};
    const float* values = place.bound != nullptr ? place.bound : place.shared.data();
    return {values, node.shape.rows() * node.shape.columns()};
}

}  // namespace scorefield::nn
