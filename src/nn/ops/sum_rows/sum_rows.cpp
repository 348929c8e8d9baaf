#include "nn/ops/sum_rows/sum_rows.hpp"

#include <algorithm>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value sum_rows(Graph& graph, Value a) {
    return graph.append({.operation = &kSumRows, .operands = {a}});
}

namespace {

Shape shape(const Graph& graph, const Node& node) {
    return graph.shape(node.operands[0]).with_rows(1);
}

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
    return sum_rows(graph, *tangents[0]);
}

void run(const HostCall& call) {
    const HostView& a = call.operands[0];
    std::fill_n(call.out, a.columns, 0.0F);
    for (std::size_t r = 0; r < a.rows; ++r) call.kernels.add(a.columns, call.out, a.row(r), call.out);
}

}  // namespace

const Operation kSumRows = {
    .name = "sum_rows", .shape = shape, .evaluate = evaluate, .derivative = derivative, .tangent = tangent, .run = run};

}  // namespace scorefield::nn
