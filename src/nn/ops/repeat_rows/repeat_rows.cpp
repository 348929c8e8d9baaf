#include "nn/ops/repeat_rows/repeat_rows.hpp"

#include <algorithm>

#include "nn/ops/operation.hpp"
#include "nn/ops/sum_rows/sum_rows.hpp"

namespace scorefield::nn {

Value repeat_rows(Graph& graph, Value a) {
    return graph.append({.operation = &kRepeatRows, .operands = {a}});
}

namespace {

Shape shape(const Graph& graph, const Node& node) {
    const Shape shapes[] = {graph.shape(node.operands[0])};
    if (shapes[0].rows() != 1) shape_error("repeat_rows", shapes, "only a single row can be repeated");
    return shapes[0].with_rows(kBatch);
}

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t c = 0; c < out.columns; ++c) out.at(r, c) = operands[0]->at(0, c);
    }
}

std::vector<Value> derivative(Graph& graph, const Node&, Value, Value gradient) {
    return {sum_rows(graph, gradient)};
}

Value tangent(Graph& graph, const Node&, Value, Tangents tangents) {
    return repeat_rows(graph, *tangents[0]);
}

void run(const HostCall& call) {
    const HostView& a = call.operands[0];
    for (std::size_t r = 0; r < call.rows; ++r) std::copy_n(a.row(r), a.columns, call.out + r * a.columns);
}

}  // namespace

const Operation kRepeatRows = {.name = "repeat_rows",
                               .shape = shape,
                               .evaluate = evaluate,
                               .derivative = derivative,
                               .tangent = tangent,
                               .run = run};

}  // namespace scorefield::nn
