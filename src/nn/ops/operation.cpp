#include "nn/ops/operation.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "nn/ops/add/add.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/repeat_rows/repeat_rows.hpp"
#include "nn/ops/sum_rows/sum_rows.hpp"

namespace scorefield::nn {
namespace {

std::string describe(const Shape& shape) {
    std::string text;
    for (const std::size_t size : shape.sizes()) {
        text += (text.empty() ? "" : ", ") + (size == kBatch ? "batch" : std::to_string(size));
    }
    return "(" + text + ")";
}

}  // namespace

void shape_error(std::string_view operation, std::span<const Shape> shapes, std::string_view why) {
    std::string message(operation);
    for (std::size_t i = 0; i < shapes.size(); ++i) message += (i == 0 ? " of " : " and ") + describe(shapes[i]);
    throw std::logic_error(message + ": " + std::string(why));
}

void require_matrices(std::string_view operation, std::span<const Shape> shapes) {
    const bool all = std::ranges::all_of(shapes, [](const Shape& shape) { return shape.rank() == 2; });
    if (!all) shape_error(operation, shapes, "the operands are no matrices (tensors of rank 2)");
}

std::size_t joined_rows(std::string_view operation, const Shape& a, const Shape& b) {
    if (a.rows() == b.rows() || b.rows() == 1) return a.rows();
    if (a.rows() == 1) return b.rows();
    const Shape shapes[] = {a, b};
    shape_error(operation, shapes, "rows differ");
}

Value sum_repeated(Graph& graph, Value gradient, const Shape& shape) {
    const bool repeated = shape.rows() == 1 && graph.shape(gradient).rows() != 1;
    return repeated ? sum_rows(graph, gradient) : gradient;
}

Value repeated_to(Graph& graph, Value value, const Shape& shape) {
    if (graph.shape(value).rows() == shape.rows()) return value;
    if (shape.rows() == kBatch) return repeat_rows(graph, value);
    if (shape.rank() == 2) {
        return matmul(graph, graph.constant({shape.rows(), 1}, std::vector<float>(shape.rows(), 1.0F)), value);
    }
    const std::vector<float> ones(shape.rows() * shape.columns(), 1.0F);
    return multiply(graph, graph.constant(shape, ones), value);
}

Value zeros(Graph& graph, const Shape& shape) {
    const Shape fixed = shape.rows() == kBatch ? shape.with_rows(1) : shape;
    const std::vector<float> values(fixed.rows() * fixed.columns());
    return repeated_to(graph, graph.constant(fixed, values), shape);
}

std::optional<Value> sum_of(Graph& graph, std::optional<Value> a, std::optional<Value> b) {
    if (!a || !b) return a ? a : b;
    return add(graph, *a, *b);
}

}  // namespace scorefield::nn
