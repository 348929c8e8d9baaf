#include <cmath>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::sigmoid(Value a) {
    return append({.kind = OpKind::sigmoid, .operands = {a}, .shape = shape(a)});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t i = 0; i < out.values.size(); ++i) {
        const double x = operands[0]->values[i];
        out.values[i] = 1 / (1 + std::exp(-x));
    }
}

std::vector<Value> derivative(Graph& graph, const Node&, Value self, Value gradient) {
    // s - s²
    const Value square = graph.multiply(self, self);
    return {graph.multiply(gradient, graph.add(self, graph.scale(square, -1)))};
}

}  // namespace

const Operation kSigmoid = {"sigmoid", evaluate, derivative, diagonal_tangent<derivative>};

}  // namespace scorefield::nn
