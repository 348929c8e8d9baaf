#include <cmath>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::silu(Value a) {
    return append({.kind = OpKind::silu, .operands = {a}, .shape = shape(a)});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t i = 0; i < out.values.size(); ++i) {
        const double x = operands[0]->values[i];
        out.values[i] = x / (1 + std::exp(-x));
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    return {graph.multiply(gradient, graph.silu_derivative(node.operands[0]))};
}

}  // namespace

const Operation kSilu = {"silu", evaluate, derivative, diagonal_tangent<derivative>};

}  // namespace scorefield::nn
