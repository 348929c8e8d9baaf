#include "nn/ops/scale/scale.hpp"

#include "nn/ops/element_wise.hpp"

namespace scorefield::nn {

Value scale(Graph& graph, Value a, double factor, bool over_batch) {
    return graph.append({.operation = &kScale, .operands = {a}, .factor = factor, .over_batch = over_batch});
}

namespace {

void evaluate(const Node& node, std::span<const Matrix* const> operands, std::size_t batch, Matrix& out) {
    const double factor = node.over_batch ? node.factor / static_cast<double>(batch) : node.factor;
    for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] = factor * operands[0]->values[i];
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    return {scale(graph, gradient, node.factor, node.over_batch)};
}

}  // namespace

const Operation kScale = element_wise("scale", 1, evaluate, derivative, diagonal_tangent<derivative>);

}  // namespace scorefield::nn
