#include "nn/graph.hpp"

#include <algorithm>
#include <stdexcept>

namespace scorefield::nn {
namespace {

void require_new_name(const Graph& graph, const std::string& name) {
    const bool taken = std::ranges::any_of(graph.nodes(), [&](const Node& node) { return node.name == name; });
    if (name.empty() || taken)
        throw std::logic_error("a graph's inputs and parameters need names of their own: '" + name + "'");
}

}  // namespace

Value Graph::append(Node node) {
    for (const Value operand : node.operands) {
        if (operand >= nodes_.size()) throw std::logic_error("an operand is not a value of this graph");
    }
    nodes_.push_back(std::move(node));
    return static_cast<Value>(nodes_.size() - 1);
}

Value Graph::input(const std::string& name, Shape shape) {
    require_new_name(*this, name);
    return append({.kind = OpKind::input, .shape = shape, .name = name});
}

Value Graph::parameter(const std::string& name, Shape shape) {
    require_new_name(*this, name);
    if (shape.rows == kBatch) throw std::logic_error("parameter " + name + " cannot have one row per particle");
    return append({.kind = OpKind::parameter, .shape = shape, .name = name});
}

Value Graph::constant(Shape shape, std::vector<float> values) {
    if (shape.rows == kBatch || values.size() != shape.rows * shape.columns) {
        throw std::logic_error("a constant's values do not fit its shape");
    }
    return append({.kind = OpKind::constant, .shape = shape, .values = std::move(values)});
}

Value Graph::mean(Value a) {
    const Shape shape_a = shape(a);
    const Value total = matmul(sum_rows(a), constant({shape_a.columns, 1}, std::vector<float>(shape_a.columns, 1.0F)));
    const bool batch = shape_a.rows == kBatch;
    const std::size_t elements = batch ? shape_a.columns : shape_a.rows * shape_a.columns;
    return scale(total, 1.0 / static_cast<double>(elements), batch);
}

Value Graph::mean_square(Value a) {
    return mean(multiply(a, a));
}

Value Graph::find(const std::string& name) const {
    const auto found = std::ranges::find(nodes_, name, &Node::name);
    if (name.empty() || found == nodes_.end()) throw std::logic_error("the graph has no value named '" + name + "'");
    return static_cast<Value>(found - nodes_.begin());
}

std::vector<bool> needed_for(const Graph& graph, const std::vector<Value>& outputs) {
    std::vector<bool> needed(graph.nodes().size(), false);
    for (const Value output : outputs) needed.at(output) = true;
    for (std::size_t i = needed.size(); i-- > 0;) {
        if (!needed[i]) continue;
        for (const Value operand : graph.nodes()[i].operands) needed[operand] = true;
    }
    return needed;
}

}  // namespace scorefield::nn
