#include "nn/ops/reshape/reshape.hpp"

#include <algorithm>

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

Value reshape(Graph& graph, Value a, const Shape& shape) {
    return graph.append({.operation = &kReshape, .operands = {a}, .shape = shape});
}

namespace {

Shape shape(const Graph& graph, const Node& node) {
    const Shape shapes[] = {graph.shape(node.operands[0]), node.shape};
    const bool fits = shapes[0].rows() == shapes[1].rows() && shapes[0].columns() == shapes[1].columns();
    if (!fits) shape_error("reshape", shapes, "rows or the number of elements differ");
    return node.shape;
}

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    out.values = operands[0]->values;
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    return {reshape(graph, gradient, graph.shape(node.operands[0]))};
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    return reshape(graph, *tangents[0], node.shape);
}

void run(const HostCall& call) {
    std::copy_n(call.operands[0].data, call.rows * call.node.shape.columns(), call.out);
}

}  // namespace

const Operation kReshape = {
    .name = "reshape", .shape = shape, .evaluate = evaluate, .derivative = derivative, .tangent = tangent, .run = run};

}  // namespace scorefield::nn
