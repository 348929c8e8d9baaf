#include "nn/ops/multiply/multiply.hpp"

#include "nn/ops/element_wise.hpp"

namespace scorefield::nn {

Value multiply(Graph& graph, Value a, Value b) {
    return graph.append({.operation = &kMultiply, .operands = {a, b}});
}

namespace {

double reference(double a, double b) {
    return a * b;
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Value a = node.operands[0];
    const Value b = node.operands[1];
    return {sum_repeated(graph, multiply(graph, gradient, b), graph.shape(a)),
            sum_repeated(graph, multiply(graph, gradient, a), graph.shape(b))};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    std::optional<Value> of_a;
    std::optional<Value> of_b;
    if (tangents[0]) of_a = multiply(graph, *tangents[0], node.operands[1]);
    if (tangents[1]) of_b = multiply(graph, node.operands[0], *tangents[1]);
    return *sum_of(graph, of_a, of_b);
}

}  // namespace

const Operation kMultiply = element_wise("multiply", 2, evaluate_elements<reference>, derivative, tangent);

}  // namespace scorefield::nn
