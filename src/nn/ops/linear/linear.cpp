#include "nn/ops/linear/linear.hpp"

#include <cstring>

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

using Lanes = double __attribute__((vector_size(64)));

constexpr std::size_t kLanes = sizeof(Lanes) / sizeof(double);
constexpr std::size_t kVectors = 2;
constexpr std::size_t kOutputs = kVectors * kLanes;  // of a row that are added up side by side, in registers
constexpr std::size_t kFewRows = 4;                  // transposing the weights does not pay for fewer

Matrix transposed(const Matrix& matrix) {
    Matrix result(matrix.columns, matrix.rows);
    for (std::size_t r = 0; r < matrix.rows; ++r) {
        for (std::size_t c = 0; c < matrix.columns; ++c) result.at(c, r) = matrix.at(r, c);
    }
    return result;
}

/// Adds the products of one row to the sums of kOutputs outputs. `weights` is (inputs, outputs), from the first of
/// these outputs on. The inputs are added in their order, so that the sums have the same bits as those of a plain loop.
SCOREFIELD_INSTRUCTION_SETS
void add_products(std::span<const double> x, const double* weights, std::size_t outputs, double* sums) {
    Lanes totals[kVectors];
    std::memcpy(totals, sums, sizeof totals);
    for (const double value : x) {
#pragma GCC unroll 2
        for (std::size_t v = 0; v < kVectors; ++v) {
            Lanes lanes;
            std::memcpy(&lanes, weights + kLanes * v, sizeof lanes);
            totals[v] += value * lanes;
        }
        weights += outputs;
    }
    std::memcpy(sums, totals, sizeof totals);
}

void evaluate(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    const Matrix& x = *operands[0];
    const Matrix& weight = *operands[1];
    const std::size_t blocked = out.rows < kFewRows ? 0 : out.columns / kOutputs * kOutputs;
    const Matrix weights = blocked > 0 ? transposed(weight) : Matrix();
    for (std::size_t r = 0; r < out.rows; ++r) {
        const std::span row = std::span(x.values).subspan(r * x.columns, x.columns);
        double* const sums = &out.values[r * out.columns];
        for (std::size_t o = 0; o < out.columns; ++o) {
            sums[o] = operands.size() == 3 ? operands[2]->repeated(r, o) : 0;
        }
        for (std::size_t o = 0; o < blocked; o += kOutputs) {
            add_products(row, &weights.values[o], out.columns, &sums[o]);
        }
        for (std::size_t o = blocked; o < out.columns; ++o) {
            for (std::size_t i = 0; i < row.size(); ++i) sums[o] += row[i] * weight.at(o, i);
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
