#include "nn/ops/gather_rows/gather_rows.hpp"

#include <algorithm>

#include "nn/ops/operation.hpp"
#include "nn/ops/sum_levels/sum_levels.hpp"

namespace scorefield::nn {

Value gather_rows(Graph& graph, Value table, Value level) {
    return graph.append({.operation = &kGatherRows, .operands = {table, level}});
}

namespace {

Shape shape(const Graph& graph, const Node& node) {
    const Shape shapes[] = {graph.shape(node.operands[0]), graph.shape(node.operands[1])};
    require_matrices("gather_rows", shapes);
    const auto& [table, level] = shapes;
    if (table.rows() == kBatch) shape_error("gather_rows", shapes, "the table must not depend on the particle");
    if (level.columns() != 1) shape_error("gather_rows", shapes, "a row has one level");
    return {level.rows(), table.columns()};
}

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t r = 0; r < out.rows; ++r) {
        const auto level = static_cast<std::size_t>(operands[1]->at(r, 0));
        for (std::size_t c = 0; c < out.columns; ++c) out.at(r, c) = operands[0]->at(level, c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Value level = node.operands[1];
    const std::size_t levels = graph.shape(node.operands[0]).rows();
    return {sum_levels(graph, gradient, level, levels), zeros(graph, graph.shape(level))};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    return tangents[0] ? gather_rows(graph, *tangents[0], node.operands[1]) : zeros(graph, node.shape);
}

void run(const HostCall& call) {
    const HostView& table = call.operands[0];
    const HostView& levels = call.operands[1];
    for (std::size_t r = 0; r < levels.rows; ++r) {
        const auto level = static_cast<std::size_t>(*levels.row(r));
        std::copy_n(table.row(level), table.columns, call.out + r * table.columns);
    }
}

}  // namespace

const Operation kGatherRows = {.name = "gather_rows",
                               .shape = shape,
                               .evaluate = evaluate,
                               .derivative = derivative,
                               .tangent = tangent,
                               .run = run};

}  // namespace scorefield::nn
