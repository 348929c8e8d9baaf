#include "nn/ops/add/add.hpp"

#include "nn/ops/element_wise.hpp"

namespace scorefield::nn {

Value add(Graph& graph, Value a, Value b) {
    return graph.append({.operation = &kAdd, .operands = {a, b}});
}

namespace {

double reference(double a, double b) {
    return a + b;
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    const Value a = node.operands[0];
    const Value b = node.operands[1];
    return {sum_repeated(graph, gradient, graph.shape(a)), sum_repeated(graph, gradient, graph.shape(b))};
}

Value tangent(Graph& graph, const Node&, Value, Tangents tangents) {
    return *sum_of(graph, tangents[0], tangents[1]);
}

}  // namespace

const Operation kAdd = element_wise("add", 2, evaluate_elements<reference>, derivative, tangent);

}  // namespace scorefield::nn
