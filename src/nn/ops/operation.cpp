#include "nn/ops/operation.hpp"

#include <stdexcept>

namespace scorefield::nn {
namespace {

std::string describe(Shape shape) {
    const std::string rows = shape.rows == kBatch ? "batch" : std::to_string(shape.rows);
    return "(" + rows + ", " + std::to_string(shape.columns) + ")";
}

}  // namespace

const Operation& operation(OpKind kind) {
    switch (kind) {
        case OpKind::linear:
            return kLinear;
        case OpKind::matmul:
            return kMatmul;
        case OpKind::add:
            return kAdd;
        case OpKind::multiply:
            return kMultiply;
        case OpKind::scale:
            return kScale;
        case OpKind::sigmoid:
            return kSigmoid;
        case OpKind::silu:
            return kSilu;
        case OpKind::silu_derivative:
            return kSiluDerivative;
        case OpKind::sine:
            return kSine;
        case OpKind::cosine:
            return kCosine;
        case OpKind::concatenate_columns:
            return kConcatenateColumns;
        case OpKind::slice_columns:
            return kSliceColumns;
        case OpKind::sum_rows:
            return kSumRows;
        case OpKind::repeat_rows:
            return kRepeatRows;
        case OpKind::gather_rows:
            return kGatherRows;
        case OpKind::sum_levels:
            return kSumLevels;
        case OpKind::input:
        case OpKind::parameter:
        case OpKind::constant:
            break;
    }
    throw std::logic_error("an input, parameter or constant is no operation");
}

void shape_error(std::string_view operation, std::span<const Shape> shapes, std::string_view why) {
    std::string message(operation);
    for (std::size_t i = 0; i < shapes.size(); ++i) message += (i == 0 ? " of " : " and ") + describe(shapes[i]);
    throw std::logic_error(message + ": " + std::string(why));
}

std::size_t joined_rows(std::string_view operation, Shape a, Shape b) {
    if (a.rows == b.rows || b.rows == 1) return a.rows;
    if (a.rows == 1) return b.rows;
    const Shape shapes[] = {a, b};
    shape_error(operation, shapes, "rows differ");
}

Value sum_repeated(Graph& graph, Value gradient, Shape shape) {
    const bool repeated = shape.rows == 1 && graph.shape(gradient).rows != 1;
    return repeated ? graph.sum_rows(gradient) : gradient;
}

Value repeated_to(Graph& graph, Value value, Shape shape) {
    if (graph.shape(value).rows == shape.rows) return value;
    if (shape.rows == kBatch) return graph.repeat_rows(value);
    return graph.matmul(graph.constant({shape.rows, 1}, std::vector<float>(shape.rows, 1.0F)), value);
}

Value zeros(Graph& graph, Shape shape) {
    const std::size_t rows = shape.rows == kBatch ? 1 : shape.rows;
    return repeated_to(graph, graph.constant({rows, shape.columns}, std::vector<float>(rows * shape.columns)), shape);
}

std::optional<Value> sum_of(Graph& graph, std::optional<Value> a, std::optional<Value> b) {
    if (!a || !b) return a ? a : b;
    return graph.add(*a, *b);
}

}  // namespace scorefield::nn
