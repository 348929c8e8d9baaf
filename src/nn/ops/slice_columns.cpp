#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::slice_columns(Value a, std::size_t first, std::size_t columns) {
    const Shape shapes[] = {shape(a)};
    if (columns == 0 || first > shape(a).columns || columns > shape(a).columns - first) {
        shape_error("slice_columns", shapes, "the columns asked for do not exist");
    }
    return append({.kind = OpKind::slice_columns, .operands = {a}, .shape = {shape(a).rows, columns}, .first = first});
}

namespace {

void evaluate(const Node& node, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t c = 0; c < out.columns; ++c) out.at(r, c) = operands[0]->at(r, node.first + c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const std::size_t after = graph.shape(node.operands[0]).columns - node.first - node.shape.columns;
    Value padded = gradient;
    if (node.first > 0) padded = graph.concatenate_columns(zeros(graph, {1, node.first}), padded);
    if (after > 0) padded = graph.concatenate_columns(padded, zeros(graph, {1, after}));
    return {padded};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    return graph.slice_columns(*tangents[0], node.first, node.shape.columns);
}

}  // namespace

const Operation kSliceColumns = {"slice_columns", evaluate, derivative, tangent};

}  // namespace scorefield::nn
