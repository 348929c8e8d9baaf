#include "nn/graph.hpp"

#include <algorithm>
#include <stdexcept>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {
namespace {

void require_new_name(const Graph& graph, const std::string& name) {
    const bool taken = std::ranges::any_of(graph.nodes(), [&](const Node& node) { return node.name == name; });
    if (name.empty() || taken)
        throw std::logic_error("a graph's inputs and parameters need names of their own: '" + name + "'");
}

}  // namespace

Shape::Shape(std::vector<std::size_t> sizes) : sizes_(std::move(sizes)) {
    for (std::size_t i = 1; i < sizes_.size(); ++i) columns_ *= sizes_[i];
    if (columns_ == 0) throw std::logic_error("only the first size of a tensor can be the number of particles");
}

Shape Shape::with_rows(std::size_t rows) const {
    if (rank() == 0) {
        if (rows != 1) throw std::logic_error("a tensor of rank 0 has one row");
        return *this;
    }
    Shape shape = *this;
    shape.sizes_.front() = rows;
    return shape;
}

Value Graph::append(Node node) {
    for (const Value operand : node.operands) {
        if (operand >= nodes_.size()) throw std::logic_error("an operand is not a value of this graph");
    }
    if (node.operation == nullptr || node.operands.empty() || node.operands.size() > kMostOperands) {
        throw std::logic_error("an operation has at least one operand and at most " + std::to_string(kMostOperands));
    }
    node.kind = NodeKind::operation;
    node.shape = node.operation->shape(*this, node);
    nodes_.push_back(std::move(node));
    return static_cast<Value>(nodes_.size() - 1);
}

Value Graph::append_leaf(Node node) {
    nodes_.push_back(std::move(node));
    return static_cast<Value>(nodes_.size() - 1);
}

Value Graph::input(const std::string& name, const Shape& shape) {
    require_new_name(*this, name);
    return append_leaf({.kind = NodeKind::input, .shape = shape, .name = name});
}

Value Graph::parameter(const std::string& name, const Shape& shape) {
    require_new_name(*this, name);
    if (shape.rows() == kBatch) throw std::logic_error("parameter " + name + " cannot have one row per particle");
    return append_leaf({.kind = NodeKind::parameter, .shape = shape, .name = name});
}

Value Graph::constant(const Shape& shape, std::vector<float> values) {
    if (shape.rows() == kBatch || values.size() != shape.rows() * shape.columns()) {
        throw std::logic_error("a constant's values do not fit its shape");
    }
    return append_leaf({.kind = NodeKind::constant, .shape = shape, .values = std::move(values)});
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
