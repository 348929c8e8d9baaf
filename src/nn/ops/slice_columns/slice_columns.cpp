#include "nn/ops/slice_columns/slice_columns.hpp"

#include <algorithm>

#include "nn/ops/concatenate_columns/concatenate_columns.hpp"
#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value slice_columns(Graph& graph, Value a, std::size_t first, std::size_t columns) {
    return graph.append({.operation = &kSliceColumns, .operands = {a}, .first = first, .count = columns});
}

namespace {

Shape shape(const Graph& graph, const Node& node) {
    const Shape shapes[] = {graph.shape(node.operands[0])};
    require_matrices("slice_columns", shapes);
    const Shape& a = shapes[0];
    if (node.count == 0 || node.first > a.columns() || node.count > a.columns() - node.first) {
        shape_error("slice_columns", shapes, "the columns asked for do not exist");
    }
    return {a.rows(), node.count};
}

void evaluate(const Node& node, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t c = 0; c < out.columns; ++c) out.at(r, c) = operands[0]->at(r, node.first + c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const std::size_t after = graph.shape(node.operands[0]).columns() - node.first - node.shape.columns();
    Value padded = gradient;
    if (node.first > 0) padded = concatenate_columns(graph, zeros(graph, {1, node.first}), padded);
    if (after > 0) padded = concatenate_columns(graph, padded, zeros(graph, {1, after}));
    return {padded};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    return slice_columns(graph, *tangents[0], node.first, node.shape.columns());
}

void run(const HostCall& call) {
    const std::size_t columns = call.node.shape.columns();
    for (std::size_t r = 0; r < call.rows; ++r) {
        std::copy_n(call.operands[0].row(r) + call.node.first, columns, call.out + r * columns);
    }
}

}  // namespace

const Operation kSliceColumns = {.name = "slice_columns",
                                 .shape = shape,
                                 .evaluate = evaluate,
                                 .derivative = derivative,
                                 .tangent = tangent,
                                 .run = run};

}  // namespace scorefield::nn
