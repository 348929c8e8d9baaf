#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value Graph::repeat_rows(Value a) {
    const Shape shapes[] = {shape(a)};
    if (shape(a).rows != 1) shape_error("repeat_rows", shapes, "only a single row can be repeated");
    return append({.kind = OpKind::repeat_rows, .operands = {a}, .shape = {kBatch, shape(a).columns}});
}

namespace {

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t c = 0; c < out.columns; ++c) out.at(r, c) = operands[0]->at(0, c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node&, Value, Value gradient) {
    return {graph.sum_rows(gradient)};
}

Value tangent(Graph& graph, const Node&, Value, Tangents tangents) {
    return graph.repeat_rows(*tangents[0]);
}

}  // namespace

const Operation kRepeatRows = {"repeat_rows", evaluate, derivative, tangent};

}  // namespace scorefield::nn
