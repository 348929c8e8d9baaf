#include <cmath>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::cosine(Value a) {
    return append({.kind = OpKind::cosine, .operands = {a}, .shape = shape(a)});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t i = 0; i < out.values.size(); ++i) {
        const double x = operands[0]->values[i];
        out.values[i] = std::cos(x);
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    return {graph.scale(graph.multiply(gradient, graph.sine(node.operands[0])), -1)};
}

}  // namespace

const Operation kCosine = {"cosine", evaluate, derivative, diagonal_tangent<derivative>};

}  // namespace scorefield::nn
