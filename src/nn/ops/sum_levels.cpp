#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::sum_levels(Value a, Value level, std::size_t levels) {
    const Shape shapes[] = {shape(a), shape(level)};
    if (shape(level).columns != 1 || shape(level).rows != shape(a).rows) {
        shape_error("sum_levels", shapes, "every row needs one level");
    }
    return append({.kind = OpKind::sum_levels, .operands = {a, level}, .shape = {levels, shape(a).columns}});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    const Matrix& a = *operands[0];
    for (std::size_t r = 0; r < a.rows; ++r) {
        const auto level = static_cast<std::size_t>(operands[1]->at(r, 0));
        for (std::size_t c = 0; c < a.columns; ++c) out.at(level, c) += a.at(r, c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Value level = node.operands[1];
    return {graph.gather_rows(gradient, level), zeros(graph, graph.shape(level))};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    return tangents[0] ? graph.sum_levels(*tangents[0], node.operands[1], node.shape.rows) : zeros(graph, node.shape);
}

}  // namespace

const Operation kSumLevels = {"sum_levels", evaluate, derivative, tangent};

}  // namespace scorefield::nn
