#include "nn/ops/sigmoid/sigmoid.hpp"

#include <cmath>

#include "nn/ops/add/add.hpp"
#include "nn/ops/element_wise.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/scale/scale.hpp"

namespace scorefield::nn {

Value sigmoid(Graph& graph, Value x) {
    return graph.append({.operation = &kSigmoid, .operands = {x}});
}

namespace {

double reference(double x) {
    return 1 / (1 + std::exp(-x));
}

std::vector<Value> derivative(Graph& graph, const Node&, Value self, Value gradient) {
    // s - s²
    const Value square = multiply(graph, self, self);
    return {multiply(graph, gradient, add(graph, self, scale(graph, square, -1)))};
}

}  // namespace

const Operation kSigmoid =
    element_wise("sigmoid", 1, evaluate_elements<reference>, derivative, diagonal_tangent<derivative>);

}  // namespace scorefield::nn
