#include "nn/ops/operation.hpp"

namespace scorefield::nn {
namespace {

Shape linear_shape(Shape x, Shape weight) {
    const Shape shapes[] = {x, weight};
    if (weight.rows == kBatch) shape_error("linear", shapes, "the weight must not depend on the particle");
    if (x.columns != weight.columns) shape_error("linear", shapes, "columns differ");
    return {x.rows, weight.rows};
}

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    const Matrix& x = *operands[0];
    const Matrix& weight = *operands[1];
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t o = 0; o < out.columns; ++o) {
            double sum = operands.size() == 3 ? operands[2]->repeated(r, o) : 0;
            for (std::size_t i = 0; i < x.columns; ++i) sum += x.at(r, i) * weight.at(o, i);
            out.at(r, o) = sum;
        }
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    std::vector<Value> result = {graph.matmul(gradient, node.operands[1]),
                                 graph.matmul(gradient, node.operands[0], true)};
    if (node.operands.size() == 3) {
        result.push_back(sum_repeated(graph, gradient, graph.shape(node.operands[2])));
    }
    return result;
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    std::optional<Value> of_x;
    std::optional<Value> of_weight;
    if (tangents[0]) of_x = graph.linear(*tangents[0], node.operands[1]);
    if (tangents[1]) of_weight = graph.linear(node.operands[0], *tangents[1]);
    const std::optional<Value> of_addend = node.operands.size() == 3 ? tangents[2] : std::nullopt;
    return *sum_of(graph, sum_of(graph, of_x, of_weight), of_addend);
}

}  // namespace

Value Graph::linear(Value x, Value weight) {
    const Shape result = linear_shape(shape(x), shape(weight));
    return append({.kind = OpKind::linear, .operands = {x, weight}, .shape = result});
}

Value Graph::linear(Value x, Value weight, Value addend) {
    const Shape result = linear_shape(shape(x), shape(weight));
    const Shape added = shape(addend);
    if (added.columns != result.columns || (added.rows != 1 && added.rows != result.rows)) {
        const Shape shapes[] = {shape(x), shape(weight), added};
        shape_error("linear", shapes, "the addend does not fit the result");
    }
    return append({.kind = OpKind::linear, .operands = {x, weight, addend}, .shape = result});
}

const Operation kLinear = {"linear", evaluate, derivative, tangent};

}  // namespace scorefield::nn
