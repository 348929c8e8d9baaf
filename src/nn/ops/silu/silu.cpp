#include "nn/ops/silu/silu.hpp"

#include <cmath>

#include "nn/ops/element_wise.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/silu_derivative/silu_derivative.hpp"

namespace scorefield::nn {

Value silu(Graph& graph, Value x) {
    return graph.append({.operation = &kSilu, .operands = {x}});
}

namespace {

double reference(double x) {
    return x / (1 + std::exp(-x));
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    return {multiply(graph, gradient, silu_derivative(graph, node.operands[0]))};
}

}  // namespace

const Operation kSilu = element_wise("silu", 1, evaluate_elements<reference>, derivative, diagonal_tangent<derivative>);

}  // namespace scorefield::nn
