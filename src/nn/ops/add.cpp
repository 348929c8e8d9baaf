#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::add(Value a, Value b) {
    const Shape shapes[] = {shape(a), shape(b)};
    if (shape(a).columns != shape(b).columns) shape_error("add", shapes, "columns differ");
    const Shape result = {joined_rows("add", shape(a), shape(b)), shape(a).columns};
    return append({.kind = OpKind::add, .operands = {a, b}, .shape = result});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t c = 0; c < out.columns; ++c) {
            out.at(r, c) = operands[0]->repeated(r, c) + operands[1]->repeated(r, c);
        }
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Value a = node.operands[0];
    const Value b = node.operands[1];
    return {sum_repeated(graph, gradient, graph.shape(a)), sum_repeated(graph, gradient, graph.shape(b))};
}

Value tangent(Graph& graph, const Node&, Value, Tangents tangents) {
    return *sum_of(graph, tangents[0], tangents[1]);
}

}  // namespace

const Operation kAdd = {"add", evaluate, derivative, tangent};

}  // namespace scorefield::nn
