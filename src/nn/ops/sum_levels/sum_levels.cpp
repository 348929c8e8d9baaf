#include "nn/ops/sum_levels/sum_levels.hpp"

#include <algorithm>

#include "nn/ops/gather_rows/gather_rows.hpp"
#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value sum_levels(Graph& graph, Value a, Value level, std::size_t levels) {
    return graph.append({.operation = &kSumLevels, .operands = {a, level}, .count = levels});
}

namespace {

Shape shape(const Graph& graph, const Node& node) {
    const Shape shapes[] = {graph.shape(node.operands[0]), graph.shape(node.operands[1])};
    require_matrices("sum_levels", shapes);
    const auto& [a, level] = shapes;
    if (level.columns() != 1 || level.rows() != a.rows())
        shape_error("sum_levels", shapes, "every row needs one level");
    return {node.count, a.columns()};
}

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    const Matrix& a = *operands[0];
    for (std::size_t r = 0; r < a.rows; ++r) {
        const auto level = static_cast<std::size_t>(operands[1]->at(r, 0));
        for (std::size_t c = 0; c < a.columns; ++c) out.at(level, c) += a.at(r, c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Value level = node.operands[1];
    return {gather_rows(graph, gradient, level), zeros(graph, graph.shape(level))};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    return tangents[0] ? sum_levels(graph, *tangents[0], node.operands[1], node.shape.rows())
                       : zeros(graph, node.shape);
}

void run(const HostCall& call) {
    const HostView& a = call.operands[0];
    const HostView& levels = call.operands[1];
    std::fill_n(call.out, call.node.shape.rows() * a.columns, 0.0F);
    for (std::size_t r = 0; r < levels.rows; ++r) {
        float* const sum = call.out + static_cast<std::size_t>(*levels.row(r)) * a.columns;
        call.kernels.add(a.columns, sum, a.row(r), sum);
    }
}

}  // namespace

const Operation kSumLevels = {.name = "sum_levels",
                              .shape = shape,
                              .evaluate = evaluate,
                              .derivative = derivative,
                              .tangent = tangent,
                              .run = run};

}  // namespace scorefield::nn
