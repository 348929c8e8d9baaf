#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::scale(Value a, double factor, bool over_batch) {
    return append(
        {.kind = OpKind::scale, .operands = {a}, .shape = shape(a), .factor = factor, .over_batch = over_batch});
}

namespace {

void evaluate(const Node& node, std::span<const Matrix* const> operands, std::size_t batch, Matrix& out) {
    const double factor = node.over_batch ? node.factor / static_cast<double>(batch) : node.factor;
    for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] = factor * operands[0]->values[i];
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    return {graph.scale(gradient, node.factor, node.over_batch)};
}

}  // namespace

const Operation kScale = {"scale", evaluate, derivative, diagonal_tangent<derivative>};

}  // namespace scorefield::nn
