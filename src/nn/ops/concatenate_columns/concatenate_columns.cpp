#include "nn/ops/concatenate_columns/concatenate_columns.hpp"

#include <algorithm>

#include "nn/ops/operation.hpp"
#include "nn/ops/slice_columns/slice_columns.hpp"

namespace scorefield::nn {

Value concatenate_columns(Graph& graph, Value a, Value b) {
    return graph.append({.operation = &kConcatenateColumns, .operands = {a, b}});
}

namespace {

Shape shape(const Graph& graph, const Node& node) {
    const Shape shapes[] = {graph.shape(node.operands[0]), graph.shape(node.operands[1])};
    require_matrices("concatenate_columns", shapes);
    const auto& [a, b] = shapes;
    return {joined_rows("concatenate_columns", a, b), a.columns() + b.columns()};
}

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
    return {sum_repeated(graph, slice_columns(graph, gradient, 0, a.columns()), a),
            sum_repeated(graph, slice_columns(graph, gradient, a.columns(), b.columns()), b)};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    const auto part = [&](std::size_t i) {
        return tangents[i] ? *tangents[i] : zeros(graph, {1, graph.shape(node.operands[i]).columns()});
    };
    return concatenate_columns(graph, part(0), part(1));
}

void run(const HostCall& call) {
    const HostView& a = call.operands[0];
    const HostView& b = call.operands[1];
    for (std::size_t r = 0; r < call.rows; ++r) {
        float* const result = call.out + r * call.node.shape.columns();
        std::copy_n(a.row(r), a.columns, result);
        std::copy_n(b.row(r), b.columns, result + a.columns);
    }
}

}  // namespace

const Operation kConcatenateColumns = {.name = "concatenate_columns",
                                       .shape = shape,
                                       .evaluate = evaluate,
                                       .derivative = derivative,
                                       .tangent = tangent,
                                       .run = run};

}  // namespace scorefield::nn
