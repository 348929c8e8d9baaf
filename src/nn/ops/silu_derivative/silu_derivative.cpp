#include "nn/ops/silu_derivative/silu_derivative.hpp"

#include <cmath>

#include "nn/ops/add/add.hpp"
#include "nn/ops/element_wise.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/scale/scale.hpp"
#include "nn/ops/sigmoid/sigmoid.hpp"

namespace scorefield::nn {

Value silu_derivative(Graph& graph, Value x) {
    return graph.append({.operation = &kSiluDerivative, .operands = {x}});
}

namespace {

double reference(double x) {
    const double s = 1 / (1 + std::exp(-x));
    return s * (1 + x * (1 - s));
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    // With s = sigmoid(x) and p = s - s²: 2p + x·(p - 2ps).
    const Value x = node.operands[0];
    const Value s = sigmoid(graph, x);
    const Value p = add(graph, s, scale(graph, multiply(graph, s, s), -1));
    const Value curve = add(graph, p, scale(graph, multiply(graph, p, s), -2));
    return {multiply(graph, gradient, add(graph, scale(graph, p, 2), multiply(graph, x, curve)))};
}

}  // namespace

const Operation kSiluDerivative =
    element_wise("silu_derivative", 1, evaluate_elements<reference>, derivative, diagonal_tangent<derivative>);

}  // namespace scorefield::nn
