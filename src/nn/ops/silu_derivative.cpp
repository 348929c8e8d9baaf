#include <cmath>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::silu_derivative(Value a) {
    return append({.kind = OpKind::silu_derivative, .operands = {a}, .shape = shape(a)});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t i = 0; i < out.values.size(); ++i) {
        const double x = operands[0]->values[i];
        const double s = 1 / (1 + std::exp(-x));
        out.values[i] = s * (1 + x * (1 - s));
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    // With s = sigmoid(x) and p = s - s²: 2p + x·(p - 2ps).
    const Value x = node.operands[0];
    const Value s = graph.sigmoid(x);
    const Value p = graph.add(s, graph.scale(graph.multiply(s, s), -1));
    const Value curve = graph.add(p, graph.scale(graph.multiply(p, s), -2));
    return {graph.multiply(gradient, graph.add(graph.scale(p, 2), graph.multiply(x, curve)))};
}

}  // namespace

const Operation kSiluDerivative = {"silu_derivative", evaluate, derivative, diagonal_tangent<derivative>};

}  // namespace scorefield::nn
