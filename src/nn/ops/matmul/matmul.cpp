#include "nn/ops/matmul/matmul.hpp"

#include "nn/ops/product.hpp"

namespace scorefield::nn {

Value matmul(Graph& graph, Value a, Value b, bool transpose_a, bool transpose_b) {
    return graph.append(
        {.operation = &kMatmul, .operands = {a, b}, .transpose_a = transpose_a, .transpose_b = transpose_b});
}

namespace {

Shape shape(const Graph& graph, const Node& node) {
    const Shape shapes[] = {graph.shape(node.operands[0]), graph.shape(node.operands[1])};
    require_matrices("matmul", shapes);
    const auto& [left, right] = shapes;
    const std::size_t inner_left = node.transpose_a ? left.rows() : left.columns();
    const std::size_t inner_right = node.transpose_b ? right.columns() : right.rows();
    if (inner_left != inner_right) shape_error("matmul", shapes, "inner sizes differ");
    if (node.transpose_b && right.rows() == kBatch) shape_error("matmul", shapes, "the batch cannot become columns");
    return {node.transpose_a ? left.columns() : left.rows(), node.transpose_b ? right.rows() : right.columns()};
}

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
    return {ta ? matmul(graph, b, gradient, tb, true) : matmul(graph, gradient, b, false, !tb),
            tb ? matmul(graph, gradient, a, true, ta) : matmul(graph, a, gradient, !ta, false)};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    std::optional<Value> of_a;
    std::optional<Value> of_b;
    if (tangents[0]) of_a = matmul(graph, *tangents[0], node.operands[1], node.transpose_a, node.transpose_b);
    if (tangents[1]) of_b = matmul(graph, node.operands[0], *tangents[1], node.transpose_a, node.transpose_b);
    return *sum_of(graph, of_a, of_b);
}

void prepare(const Node& node, std::span<const HostView> operands, AlignedFloats& prepared) {
    if (node.transpose_b) transpose_second(node, operands, prepared);
}

}  // namespace

const Operation kMatmul = {.name = "matmul",
                           .shape = shape,
                           .evaluate = evaluate,
                           .derivative = derivative,
                           .tangent = tangent,
                           .run = run_product,
                           .prepare = prepare};

}  // namespace scorefield::nn
