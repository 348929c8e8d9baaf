#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::concatenate_columns(Value a, Value b) {
    const Shape result = {joined_rows("concatenate_columns", shape(a), shape(b)), shape(a).columns + shape(b).columns};
    return append({.kind = OpKind::concatenate_columns, .operands = {a, b}, .shape = result});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    const Matrix& a = *operands[0];
    const Matrix& b = *operands[1];
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t c = 0; c < a.columns; ++c) out.at(r, c) = a.repeated(r, c);
        for (std::size_t c = 0; c < b.columns; ++c) out.at(r, a.columns + c) = b.repeated(r, c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Shape a = graph.shape(node.operands[0]);
    const Shape b = graph.shape(node.operands[1]);
    return {sum_repeated(graph, graph.slice_columns(gradient, 0, a.columns), a),
            sum_repeated(graph, graph.slice_columns(gradient, a.columns, b.columns), b)};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    const auto part = [&](std::size_t i) {
        return tangents[i] ? *tangents[i] : zeros(graph, {1, graph.shape(node.operands[i]).columns});
    };
    return graph.concatenate_columns(part(0), part(1));
}

}  // namespace

const Operation kConcatenateColumns = {"concatenate_columns", evaluate, derivative, tangent};

}  // namespace scorefield::nn
