#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::matmul(Value a, Value b, bool transpose_a, bool transpose_b) {
    const Shape left = shape(a);
    const Shape right = shape(b);
    const Shape shapes[] = {left, right};
    const std::size_t inner_left = transpose_a ? left.rows : left.columns;
    const std::size_t inner_right = transpose_b ? right.columns : right.rows;
    if (inner_left != inner_right) shape_error("matmul", shapes, "inner sizes differ");
    if (transpose_b && right.rows == kBatch) shape_error("matmul", shapes, "the batch cannot become columns");
    const Shape result = {transpose_a ? left.columns : left.rows, transpose_b ? right.rows : right.columns};
    return append({.kind = OpKind::matmul,
                   .operands = {a, b},
                   .shape = result,
                   .transpose_a = transpose_a,
                   .transpose_b = transpose_b});
}

namespace {

void evaluate(const Node& node, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    const Matrix& a = *operands[0];
    const Matrix& b = *operands[1];
    const std::size_t inner = node.transpose_a ? a.rows : a.columns;
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t l = 0; l < inner; ++l) {
            const double left = node.transpose_a ? a.at(l, r) : a.at(r, l);
            for (std::size_t c = 0; c < out.columns; ++c) {
                out.at(r, c) += left * (node.transpose_b ? b.at(c, l) : b.at(l, c));
            }
        }
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Value a = node.operands[0];
    const Value b = node.operands[1];
    const bool ta = node.transpose_a;
    const bool tb = node.transpose_b;
    return {ta ? graph.matmul(b, gradient, tb, true) : graph.matmul(gradient, b, false, !tb),
            tb ? graph.matmul(gradient, a, true, ta) : graph.matmul(a, gradient, !ta, false)};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    std::optional<Value> of_a;
    std::optional<Value> of_b;
    if (tangents[0]) of_a = graph.matmul(*tangents[0], node.operands[1], node.transpose_a, node.transpose_b);
    if (tangents[1]) of_b = graph.matmul(node.operands[0], *tangents[1], node.transpose_a, node.transpose_b);
    return *sum_of(graph, of_a, of_b);
}

}  // namespace

const Operation kMatmul = {"matmul", evaluate, derivative, tangent};

}  // namespace scorefield::nn
