#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/graph.hpp"
#include "nn/matrix.hpp"

namespace scorefield::nn {

/// How operands move; none: not at all.
using Tangents = std::span<const std::optional<Value>>;

/// What is known of one operation besides its shape check (the Graph member of the same name).
struct Operation {
    std::string_view name;
    /// The double-precision reference. `out` has its shape, its values are zero; `batch` is the number of particles.
    void (*evaluate)(const Node& node, std::span<const Matrix* const> operands, std::size_t batch, Matrix& out);
    /// Reverse mode: appends to the graph, for each operand, the derivative of a scalar by it, given `gradient`, the
    /// derivative of that scalar by `self`. `node` is a copy of the operation's node.
    std::vector<Value> (*derivative)(Graph& graph, const Node& node, Value self, Value gradient);
    /// Forward mode: appends the tangent of `self`, which may have one row where all its rows are equal, given those of
    /// the operands, each of its operand's shape; at least one of them moves.
    Value (*tangent)(Graph& graph, const Node& node, Value self, Tangents tangents);
};

/// Throws std::logic_error for leaves (input, parameter, constant).
const Operation& operation(OpKind kind);

/// `OPERATION of (64, 2) and (batch, 3): WHY` as std::logic_error.
[[noreturn]] void shape_error(std::string_view operation, std::span<const Shape> shapes, std::string_view why);

/// The rows of an element-wise result: equal rows, or the other's where one operand has a single row.
std::size_t joined_rows(std::string_view operation, Shape a, Shape b);

/// `gradient` summed over its rows where the operand of `shape` was repeated along them.
Value sum_repeated(Graph& graph, Value gradient, Shape shape);

/// `value` with its only row repeated where `shape` has more.
Value repeated_to(Graph& graph, Value value, Shape shape);

Value zeros(Graph& graph, Shape shape);

/// a + b; the other where one is none.
std::optional<Value> sum_of(Graph& graph, std::optional<Value> a, std::optional<Value> b);

/// The tangent of an operation that works element by element on one operand: its Jacobian is its own transpose.
template <std::vector<Value> (*Derivative)(Graph&, const Node&, Value, Value)>
Value diagonal_tangent(Graph& graph, const Node& node, Value self, Tangents tangents) {
    return Derivative(graph, node, self, *tangents[0]).front();
}

extern const Operation kLinear;
extern const Operation kMatmul;
extern const Operation kAdd;
extern const Operation kMultiply;
extern const Operation kScale;
extern const Operation kSigmoid;
extern const Operation kSilu;
extern const Operation kSiluDerivative;
extern const Operation kSine;
extern const Operation kCosine;
extern const Operation kConcatenateColumns;
extern const Operation kSliceColumns;
extern const Operation kSumRows;
extern const Operation kRepeatRows;
extern const Operation kGatherRows;
extern const Operation kSumLevels;

}  // namespace scorefield::nn
