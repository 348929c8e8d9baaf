#include "nn/gpu_plan_schedule.hpp"

#include <algorithm>

#include "nn/ops/gather_rows/gather_rows.hpp"
#include "nn/ops/gpu_operation.hpp"
#include "nn/ops/linear/linear.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/silu/silu.hpp"
#include "nn/ops/silu_derivative/silu_derivative.hpp"

namespace scorefield::nn {

GpuSchedule::GpuSchedule(const Graph& graph, const std::vector<Value>& outputs) : graph_(graph), outputs_(outputs) {
    count_uses();
    choose_fusions();
    find_last_uses();
}

bool GpuSchedule::is_dense(Value value) const {
    const Node& product = node(value);
    if (product.operation == &kLinear) return true;
    if (product.operation != &kMatmul) return false;
    if (!product.transpose_a) return true;
    const std::size_t inputs = node(product.operands[0]).shape.rows();
    return inputs != kBatch && (inputs <= kFewInputs || product.transpose_b);
}

bool GpuSchedule::is_output(Value value) const {
    return std::ranges::find(outputs_, value) != outputs_.end();
}

/// Whether nothing but one operation sees the value.
bool GpuSchedule::hidden(Value value) const {
    return uses_[value] == 1 && !is_output(value);
}

void GpuSchedule::count_uses() {
    needed_ = needed_for(graph_, outputs_);
    uses_.assign(needed_.size(), 0);
    for (Value value = 0; value < needed_.size(); ++value) {
        if (!needed_[value]) continue;
        for (const Value operand : node(value).operands) ++uses_[operand];
    }
}

void GpuSchedule::choose_fusions() {
    silu_of_.assign(needed_.size(), kNone);
    product_of_.assign(needed_.size(), kNone);
    absorbed_ = gathered_addends();
    for (Value value = 0; value < needed_.size(); ++value) {
        if (!needed_[value]) continue;
        const Node& here = node(value);
        if (here.operation == &kSilu && is_dense(here.operands[0]) && silu_of_[here.operands[0]] == kNone) {
            silu_of_[here.operands[0]] = value;
            absorbed_[value] = true;
        }
        if (here.operation == &kMultiply) fuse_derivative(value);
    }
    for (Value value = 0; value < needed_.size(); ++value) {
        if (needed_[value] && !absorbed_[value] && !node(value).is_leaf() && !is_view(node(value)))
            order_.push_back(value);
    }
}

/// Gathered rows that products alone read, as what they add.
std::vector<bool> GpuSchedule::gathered_addends() const {
    std::vector<bool> result(needed_.size(), false);
    for (Value value = 0; value < needed_.size(); ++value) {
        result[value] = needed_[value] && node(value).operation == &kGatherRows && !is_output(value);
    }
    for (Value value = 0; value < needed_.size(); ++value) {
        const std::vector<Value>& operands = node(value).operands;
        for (std::size_t i = 0; needed_[value] && i < operands.size(); ++i) {
            if (node(value).operation != &kLinear || i != 2) result[operands[i]] = false;
        }
    }
    return result;
}

void GpuSchedule::fuse_derivative(Value value) {
    const std::vector<Value>& factors = node(value).operands;
    for (std::size_t i = 0; i < 2; ++i) {
        const Value product = factors[i];
        const Value slope = factors[1 - i];
        const bool fits = is_dense(product) && node(slope).operation == &kSiluDerivative && product != slope &&
                          node(product).shape == node(slope).shape && hidden(product) && hidden(slope) &&
                          silu_of_[product] == kNone;
        if (!fits) continue;
        product_of_[value] = product;
        absorbed_[product] = absorbed_[slope] = true;
        return;
    }
}

Value GpuSchedule::slope_of(Value value) const {
    const std::vector<Value>& factors = node(value).operands;
    return node(factors[factors[0] == product_of_[value] ? 1 : 0]).operands[0];
}

/// The values that the dispatch of `value` reads, levels and gathered tables left out: they stay.
std::vector<Value> GpuSchedule::reads_of(Value value) const {
    if (product_of_[value] == kNone) return node(value).operands;
    std::vector<Value> reads = node(product_of_[value]).operands;
    reads.push_back(slope_of(value));
    return reads;
}

void GpuSchedule::find_last_uses() {
    const auto root = [&](Value value) {
        while (is_view(node(value))) value = node(value).operands[0];
        return value;
    };
    last_use_.assign(needed_.size(), 0);
    for (std::size_t at = 0; at < order_.size(); ++at) {
        last_use_[order_[at]] = at;
        if (silu_of_[order_[at]] != kNone) last_use_[silu_of_[order_[at]]] = at;
    }
    for (std::size_t at = 0; at < order_.size(); ++at) {
        for (const Value read : reads_of(order_[at])) last_use_[root(read)] = std::max(last_use_[root(read)], at);
    }
    for (const Value output : outputs_) last_use_[root(output)] = order_.size();
}

}  // namespace scorefield::nn
