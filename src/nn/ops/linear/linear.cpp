#include "nn/ops/linear/linear.hpp"

#include "base/instruction_sets.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/product.hpp"

namespace scorefield::nn {

Value linear(Graph& graph, Value x, Value weight) {
    return graph.append({.operation = &kLinear, .operands = {x, weight}});
}

Value linear(Graph& graph, Value x, Value weight, Value addend) {
    return graph.append({.operation = &kLinear, .operands = {x, weight, addend}});
}

namespace {

Shape shape(const Graph& graph, const Node& node) {
    std::vector<Shape> shapes;
    for (const Value operand : node.operands) shapes.push_back(graph.shape(operand));
    require_matrices("linear", shapes);
    const Shape& x = shapes[0];
    const Shape& weight = shapes[1];
    if (weight.rows() == kBatch) shape_error("linear", shapes, "the weight must not depend on the particle");
    if (x.columns() != weight.columns()) shape_error("linear", shapes, "columns differ");
    if (shapes.size() == 3) {
        const Shape& addend = shapes[2];
        const bool fits = addend.columns() == weight.rows() && (addend.rows() == 1 || addend.rows() == x.rows());
        if (!fits) shape_error("linear", shapes, "the addend does not fit the result");
    }
    return {x.rows(), weight.rows()};
}

// The sums of so many outputs of so many rows are added up side by side, in registers.
constexpr std::size_t kRows = 4;
constexpr std::size_t kOutputs = 8;

Matrix transposed(const Matrix& matrix) {
    Matrix result(matrix.columns, matrix.rows);
    for (std::size_t r = 0; r < matrix.rows; ++r) {
        for (std::size_t c = 0; c < matrix.columns; ++c) result.at(c, r) = matrix.at(r, c);
    }
    return result;
}

/// Adds the products of kRows rows to the sums of kOutputs outputs of each. `x` is (kRows, inputs), `weights` (inputs,
/// outputs) and `sums` (kRows, outputs), both from the first of these outputs on. The inputs are added in their order,
/// so that the sums have the same bits as those of a plain loop.
SCOREFIELD_INSTRUCTION_SETS
void add_products(const double* x, std::size_t inputs, const double* weights, std::size_t outputs, double* sums) {
    // Vectors of the language would be split for the oldest instruction set before the clones are made (GCC 12).
    double totals[kRows][kOutputs];
    for (std::size_t row = 0; row < kRows; ++row) {
        for (std::size_t o = 0; o < kOutputs; ++o) totals[row][o] = sums[row * outputs + o];
    }
    for (std::size_t i = 0; i < inputs; ++i) {
        for (std::size_t row = 0; row < kRows; ++row) {
            const double value = x[row * inputs + i];
            for (std::size_t o = 0; o < kOutputs; ++o) totals[row][o] += value * weights[i * outputs + o];
        }
    }
    for (std::size_t row = 0; row < kRows; ++row) {
        for (std::size_t o = 0; o < kOutputs; ++o) sums[row * outputs + o] = totals[row][o];
    }
}

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    const Matrix& x = *operands[0];
    const Matrix& weight = *operands[1];
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t o = 0; o < out.columns; ++o) {
            out.at(r, o) = operands.size() == 3 ? operands[2]->repeated(r, o) : 0;
        }
    }
    const std::size_t rows = out.rows / kRows * kRows;
    const std::size_t blocked = rows == 0 ? 0 : out.columns / kOutputs * kOutputs;
    const Matrix weights = blocked > 0 ? transposed(weight) : Matrix();
    for (std::size_t r = 0; r < rows; r += kRows) {
        for (std::size_t o = 0; o < blocked; o += kOutputs) {
            add_products(&x.values[r * x.columns], x.columns, &weights.values[o], out.columns,
                         &out.values[r * out.columns + o]);
        }
    }
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t o = r < rows ? blocked : 0; o < out.columns; ++o) {
            for (std::size_t i = 0; i < x.columns; ++i) out.at(r, o) += x.at(r, i) * weight.at(o, i);
        }
    }
}

std::vector<Value> derivative(Graph& graph, const Node& node, Value, Value gradient) {
    std::vector<Value> result = {matmul(graph, gradient, node.operands[1]),
                                 matmul(graph, gradient, node.operands[0], true)};
    if (node.operands.size() == 3) {
        result.push_back(sum_repeated(graph, gradient, graph.shape(node.operands[2])));
    }
    return result;
}

Value tangent(Graph& graph, const Node& node, Value, Tangents tangents) {
    std::optional<Value> of_x;
    std::optional<Value> of_weight;
    if (tangents[0]) of_x = linear(graph, *tangents[0], node.operands[1]);
    if (tangents[1]) of_weight = linear(graph, node.operands[0], *tangents[1]);
    const std::optional<Value> of_addend = node.operands.size() == 3 ? tangents[2] : std::nullopt;
    return *sum_of(graph, sum_of(graph, of_x, of_weight), of_addend);
}

}  // namespace

const Operation kLinear = {.name = "linear",
                           .shape = shape,
                           .evaluate = evaluate,
                           .derivative = derivative,
                           .tangent = tangent,
                           .run = run_product,
                           .prepare = transpose_second};

}  // namespace scorefield::nn
