#include "nn/ops/sine/sine.hpp"

#include <cmath>

#include "nn/ops/cosine/cosine.hpp"
#include "nn/ops/element_wise.hpp"
#include "nn/ops/multiply/multiply.hpp"

namespace scorefield::nn {

Value sine(Graph& graph, Value x) {
    return graph.append({.operation = &kSine, .operands = {x}});
}

namespace {

double reference(double x) {
    return std::sin(x);
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    return {multiply(graph, gradient, cosine(graph, node.operands[0]))};
}

}  // namespace

const Operation kSine = element_wise("sine", 1, evaluate_elements<reference>, derivative, diagonal_tangent<derivative>);

}  // namespace scorefield::nn
