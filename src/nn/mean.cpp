#include "nn/mean.hpp"

#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/multiply/multiply.hpp"
#include "nn/ops/reshape/reshape.hpp"
#include "nn/ops/scale/scale.hpp"
#include "nn/ops/sum_rows/sum_rows.hpp"

namespace scorefield::nn {

Value mean(Graph& graph, Value a) {
    const Shape shape = graph.shape(a);
    const Value matrix = shape.rank() == 2 ? a : reshape(graph, a, {shape.rows(), shape.columns()});
    const Value ones = graph.constant({shape.columns(), 1}, std::vector<float>(shape.columns(), 1.0F));
    const Value total = matmul(graph, sum_rows(graph, matrix), ones);
    const bool batch = shape.rows() == kBatch;
    const std::size_t elements = batch ? shape.columns() : shape.rows() * shape.columns();
    return scale(graph, total, 1.0 / static_cast<double>(elements), batch);
}

Value mean_square(Graph& graph, Value a) {
    return mean(graph, multiply(graph, a, a));
}

}  // namespace scorefield::nn
