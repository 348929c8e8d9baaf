#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::sum_rows(Value a) {
    return append({.kind = OpKind::sum_rows, .operands = {a}, .shape = {1, shape(a).columns}});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    const Matrix& a = *operands[0];
    for (std::size_t r = 0; r < a.rows; ++r) {
        for (std::size_t c = 0; c < a.columns; ++c) out.at(0, c) += a.at(r, c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    return {repeated_to(graph, gradient, graph.shape(node.operands[0]))};
}

Value tangent(Graph& graph, const Node&, Value, Tangents tangents) {
    return graph.sum_rows(*tangents[0]);
}

}  // namespace

const Operation kSumRows = {"sum_rows", evaluate, derivative, tangent};

}  // namespace scorefield::nn
