#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace scorefield::nn {

/// A value of a graph: its position in `Graph::nodes()`. Operands always precede the values made of them.
using Value = std::uint32_t;

/// Rows of a value that has one row per particle.
inline constexpr std::size_t kBatch = 0;

/// rows × columns, row-major. `rows` is a fixed number, or kBatch: as many as the evaluation has particles.
struct Shape {
    std::size_t rows = 1;
    std::size_t columns = 1;

    bool operator==(const Shape&) const = default;
};

enum class OpKind : std::uint8_t {
    input,            ///< bound by name at each evaluation
    parameter,        ///< bound by name; fixed shape
    constant,         ///< `Node::values`
    linear,           ///< x wᵀ [+ addend]: operands x (r, in), w (out, in), addend (r, out) or (1, out)
    matmul,           ///< op(a) op(b), op = transpose where `transpose_a`/`transpose_b`; may contract over the batch
    add,              ///< a + b; an operand of one row is repeated
    multiply,         ///< a ∘ b, element by element; an operand of one row is repeated
    scale,            ///< factor·a, divided by the batch's rows where `over_batch`
    sigmoid,          ///< 1/(1+e^−x)
    silu,             ///< x·sigmoid(x)
    silu_derivative,  ///< sigmoid(x)·(1 + x·(1 − sigmoid(x)))
    sine,
    cosine,
    concatenate_columns,  ///< (a | b); an operand of one row is repeated
    slice_columns,        ///< `columns` columns from `first`
    sum_rows,             ///< (r, c) → (1, c)
    repeat_rows,          ///< (1, c) → (batch, c)
    gather_rows,          ///< row level(r) of a table (levels, c) for each row r: (batch, c)
    sum_levels,           ///< (batch, c) → (levels, c): sums over the rows of each level
};

/// One value and how it comes about. Attributes that an operation does not use keep their defaults.
struct Node {
    OpKind kind = OpKind::input;
    std::vector<Value> operands = {};
    Shape shape = {};
    std::string name = {};           ///< input, parameter
    std::vector<float> values = {};  ///< constant: shape.rows × shape.columns
    double factor = 1;               ///< scale
    bool over_batch = false;         ///< scale
    bool transpose_a = false;        ///< matmul
    bool transpose_b = false;        ///< matmul
    std::size_t first = 0;           ///< slice_columns

    /// True where the value does not depend on the particle: on time, weights or sums over particles alone.
    bool shared() const { return shape.rows != kBatch; }
};

/// A network or an objective as a list of operations in the order of evaluation. Functions that make values check
/// shapes and throw std::logic_error naming the operation and the shapes.
class Graph {
  public:
    Value input(const std::string& name, Shape shape);
    Value parameter(const std::string& name, Shape shape);
    Value constant(Shape shape, std::vector<float> values);

    Value linear(Value x, Value weight);
    Value linear(Value x, Value weight, Value addend);
    Value matmul(Value a, Value b, bool transpose_a = false, bool transpose_b = false);
    Value add(Value a, Value b);
    Value multiply(Value a, Value b);
    Value scale(Value a, double factor, bool over_batch = false);
    Value sigmoid(Value a);
    Value silu(Value a);
    Value silu_derivative(Value a);
    Value sine(Value a);
    Value cosine(Value a);
    Value concatenate_columns(Value a, Value b);
    Value slice_columns(Value a, std::size_t first, std::size_t columns);
    Value sum_rows(Value a);
    Value repeat_rows(Value a);
    /// Levels are whole numbers 0 … in a column, an input that never decreases from row to row.
    Value gather_rows(Value table, Value level);
    Value sum_levels(Value a, Value level, std::size_t levels);

    /// (1, 1): the mean of all elements.
    Value mean(Value a);
    /// (1, 1): the mean of the squares of all elements.
    Value mean_square(Value a);

    const std::vector<Node>& nodes() const { return nodes_; }
    /// Valid until the next value is made.
    const Node& node(Value value) const { return nodes_.at(value); }
    Shape shape(Value value) const { return node(value).shape; }
    /// The input or parameter of that name; throws std::logic_error where there is none.
    Value find(const std::string& name) const;

  private:
    Value append(Node node);

    std::vector<Node> nodes_;
};

/// Which of the graph's values the `outputs` depend on (themselves included), by position.
std::vector<bool> needed_for(const Graph& graph, const std::vector<Value>& outputs);

}  // namespace scorefield::nn
