#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace scorefield::nn {

/// A value of a graph: its position in `Graph::nodes()`. Operands always precede the values made of them.
using Value = std::uint32_t;

/// Rows of a value that has one row per particle.
inline constexpr std::size_t kBatch = 0;

/// The sizes of a tensor, any number of them, outermost first. The first one, the rows, is a fixed number or kBatch: as
/// many as the evaluation has particles. References and plans store a tensor as the matrix of rows × columns with the
/// same elements in row-major order.
class Shape {
  public:
    /// Rank 0: one element.
    Shape() = default;
    /// Throws std::logic_error where a size other than the first is 0.
    Shape(std::initializer_list<std::size_t> sizes) : Shape(std::vector<std::size_t>(sizes)) {}
    explicit Shape(std::vector<std::size_t> sizes);

    std::size_t rank() const { return sizes_.size(); }
    const std::vector<std::size_t>& sizes() const { return sizes_; }
    std::size_t rows() const { return sizes_.empty() ? 1 : sizes_.front(); }
    /// The product of all sizes but the first.
    std::size_t columns() const { return columns_; }
    /// The shape with another number of rows.
    Shape with_rows(std::size_t rows) const;

    bool operator==(const Shape&) const = default;

  private:
    std::vector<std::size_t> sizes_;
    std::size_t columns_ = 1;
};

struct Operation;

/// Operands of one operation, at most.
inline constexpr std::size_t kMostOperands = 4;

enum class NodeKind : std::uint8_t {
    input,      ///< bound by name at each evaluation
    parameter,  ///< bound by name; fixed shape
    constant,   ///< `Node::values`
    operation,  ///< computed from `Node::operands` by `Node::operation`
};

/// One value and how it comes about. Attributes that an operation does not use keep their defaults.
struct Node {
    NodeKind kind = NodeKind::operation;
    const Operation* operation = nullptr;
    std::vector<Value> operands = {};
    Shape shape = {};
    std::string name = {};           ///< input, parameter
    std::vector<float> values = {};  ///< constant: row-major
    double factor = 1;               ///< scale
    bool over_batch = false;         ///< scale
    bool transpose_a = false;        ///< matmul
    bool transpose_b = false;        ///< matmul
    std::size_t first = 0;           ///< slice_columns
    std::size_t count = 0;           ///< slice_columns: columns; sum_levels: levels

    bool is_leaf() const { return kind != NodeKind::operation; }
    /// True where the value does not depend on the particle: on time, weights or sums over particles alone.
    bool shared() const { return shape.rows() != kBatch; }
};

/// A network or an objective as a list of operations in the order of evaluation. Each operation has a function in its
/// folder in nn/ops that makes a value, e.g. `Value silu(Graph& graph, Value x)`. These check shapes and throw
/// std::logic_error naming the operation and the shapes.
class Graph {
  public:
    Value input(const std::string& name, const Shape& shape);
    Value parameter(const std::string& name, const Shape& shape);
    Value constant(const Shape& shape, std::vector<float> values);

    /// Appends a value that `node.operation` computes; its shape rule gives `node.shape`. Throws
    /// std::logic_error if they do not fit. Only functions of operations need it.
    Value append(Node node);

    const std::vector<Node>& nodes() const { return nodes_; }
    /// Valid until the next value is made.
    const Node& node(Value value) const { return nodes_.at(value); }
    Shape shape(Value value) const { return node(value).shape; }
    /// The input or parameter of that name; throws std::logic_error where there is none.
    Value find(const std::string& name) const;

  private:
    Value append_leaf(Node node);

    std::vector<Node> nodes_;
};

/// Which of the graph's values the `outputs` depend on (themselves included), by position.
std::vector<bool> needed_for(const Graph& graph, const std::vector<Value>& outputs);

}  // namespace scorefield::nn
