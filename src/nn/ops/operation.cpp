#include "nn/ops/operation.hpp"

#include <stdexcept>
#include <string>

#include "nn/ops/add/add.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/repeat_rows/repeat_rows.hpp"
#include "nn/ops/sum_rows/sum_rows.hpp"

namespace scorefield::nn {
namespace {

std::string describe(Shape shape) {
    const std::string rows = shape.rows == kBatch ? "batch" : std::to_string(shape.rows);
    return "(" + rows + ", " + std::to_string(shape.columns) + ")";
}

}  // namespace

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
    return repeated ? sum_rows(graph, gradient) : gradient;
}

Value repeated_to(Graph& graph, Value value, Shape shape) {
    if (graph.shape(value).rows == shape.rows) return value;
    if (shape.rows == kBatch) return repeat_rows(graph, value);
    return matmul(graph, graph.constant({shape.rows, 1}, std::vector<float>(shape.rows, 1.0F)), value);
}

Value zeros(Graph& graph, Shape shape) {
    const std::size_t rows = shape.rows == kBatch ? 1 : shape.rows;
    return repeated_to(graph, graph.constant({rows, shape.columns}, std::vector<float>(rows * shape.columns)), shape);
}

std::optional<Value> sum_of(Graph& graph, std::optional<Value> a, std::optional<Value> b) {
    if (!a || !b) return a ? a : b;
    return add(graph, *a, *b);
}

}  // namespace scorefield::nn
