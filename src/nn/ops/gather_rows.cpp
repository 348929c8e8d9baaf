#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::gather_rows(Value table, Value level) {
    const Shape shapes[] = {shape(table), shape(level)};
    if (shape(table).rows == kBatch) shape_error("gather_rows", shapes, "the table must not depend on the particle");
    if (shape(level).columns != 1) shape_error("gather_rows", shapes, "a row has one level");
    return append(
        {.kind = OpKind::gather_rows, .operands = {table, level}, .shape = {shape(level).rows, shape(table).columns}});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t r = 0; r < out.rows; ++r) {
        const auto level = static_cast<std::size_t>(operands[1]->at(r, 0));
        for (std::size_t c = 0; c < out.columns; ++c) out.at(r, c) = operands[0]->at(level, c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Value level = node.operands[1];
    const std::size_t levels = graph.shape(node.operands[0]).rows;
    return {graph.sum_levels(gradient, level, levels), zeros(graph, graph.shape(level))};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    return tangents[0] ? graph.gather_rows(*tangents[0], node.operands[1]) : zeros(graph, node.shape);
}

}  // namespace

const Operation kGatherRows = {"gather_rows", evaluate, derivative, tangent};

}  // namespace scorefield::nn
