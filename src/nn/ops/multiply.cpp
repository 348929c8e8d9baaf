#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::multiply(Value a, Value b) {
    const Shape shapes[] = {shape(a), shape(b)};
    if (shape(a).columns != shape(b).columns) shape_error("multiply", shapes, "columns differ");
    const Shape result = {joined_rows("multiply", shape(a), shape(b)), shape(a).columns};
    return append({.kind = OpKind::multiply, .operands = {a, b}, .shape = result});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t c = 0; c < out.columns; ++c) {
            out.at(r, c) = operands[0]->repeated(r, c) * operands[1]->repeated(r, c);
        }
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Value a = node.operands[0];
    const Value b = node.operands[1];
    return {sum_repeated(graph, graph.multiply(gradient, b), graph.shape(a)),
            sum_repeated(graph, graph.multiply(gradient, a), graph.shape(b))};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    std::optional<Value> of_a;
    std::optional<Value> of_b;
    if (tangents[0]) of_a = graph.multiply(*tangents[0], node.operands[1]);
    if (tangents[1]) of_b = graph.multiply(node.operands[0], *tangents[1]);
    return *sum_of(graph, of_a, of_b);
}

}  // namespace

const Operation kMultiply = {"multiply", evaluate, derivative, tangent};

}  // namespace scorefield::nn
