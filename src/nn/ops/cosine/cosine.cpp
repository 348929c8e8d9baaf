#include "nn/ops/cosine/cosine.hpp"

#include <cmath>

#include "nn/ops/element_wise.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/scale/scale.hpp"
#include "nn/ops/sine/sine.hpp"

namespace scorefield::nn {

Value cosine(Graph& graph, Value x) {
    return graph.append({.operation = &kCosine, .operands = {x}});
}

namespace {

double reference(double x) {
    return std::cos(x);
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    return {scale(graph, multiply(graph, gradient, sine(graph, node.operands[0])), -1)};
}

}  // namespace

const Operation kCosine =
    element_wise("cosine", 1, evaluate_elements<reference>, derivative, diagonal_tangent<derivative>);

}  // namespace scorefield::nn
