#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "nn/aligned.hpp"
#include "nn/graph.hpp"
#include "nn/kernels.hpp"
#include "nn/matrix.hpp"

namespace scorefield::nn {

/// The tangents of an operation's operands; none where an operand does not move.
using Tangents = std::span<const std::optional<Value>>;

/// An operand of a host kernel: rows × columns floats, rows `stride` apart (0: one row that stands for all).
struct HostView {
    const float* data = nullptr;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t stride = 0;

    const float* row(std::size_t r) const { return data + r * stride; }
};

/// One evaluation of an operation on the host: of a block of particles, or of values that all particles share.
struct HostCall {
    const Node& node;
    const Kernels& kernels;
    std::span<const HostView> operands;
    /// Rows of the result, which has node.shape.columns() columns and no gaps. Where the operation sums over particles,
    /// it is the sum over the block.
    std::size_t rows = 0;
    std::size_t batch = 0;            ///< number of particles in all blocks
    ElementLoop loop = nullptr;       ///< of an operation that works element by element
    const float* prepared = nullptr;  ///< what `Operation::prepare` has computed
    float* out = nullptr;
};

/// All that is known of an operation but its GPU kernel (gpu_operation.hpp). Each has a folder in nn/ops and a line in
/// nn/CMakeLists.txt.
struct Operation {
    std::string_view name;
    /// The number of operands if the operation works element by element, otherwise 0.
    std::size_t element_operands = 0;
    /// The shape of the result. Throws std::logic_error (`shape_error`) for operands that do not fit.
    Shape (*shape)(const Graph& graph, const Node& node) = nullptr;
    /// The double-precision reference. `out` has its shape, its values are zero; `batch` is the number of particles.
    void (*evaluate)(const Node& node, std::span<const Matrix* const> operands, std::size_t batch,
                     Matrix& out) = nullptr;
    /// Reverse mode: appends to the graph, for each operand, the derivative of a scalar by it, given `gradient`, the
    /// derivative of that scalar by `self`. `node` is a copy of the operation's node.
    std::vector<Value> (*derivative)(Graph& graph, const Node& node, Value self, Value gradient) = nullptr;
    /// Forward mode: appends the tangent of `self`, which may have one row where all its rows are equal, given those of
    /// the operands, each of its operand's shape; at least one of them moves.
    Value (*tangent)(Graph& graph, const Node& node, Value self, Tangents tangents) = nullptr;
    /// The host kernel in single precision.
    void (*run)(const HostCall& call) = nullptr;
    /// If not nullptr: computes, once for all blocks, what `run` needs besides its operands. Only data of operands that
    /// all particles share may be read.
    void (*prepare)(const Node& node, std::span<const HostView> operands, AlignedFloats& prepared) = nullptr;
};

/// `OPERATION of (64, 2) and (batch, 3): WHY` as std::logic_error.
[[noreturn]] void shape_error(std::string_view operation, std::span<const Shape> shapes, std::string_view why);

/// Throws as `shape_error` does unless all have rank 2.
void require_matrices(std::string_view operation, std::span<const Shape> shapes);

/// The rows of an element-wise result: equal rows, or the other's where one operand has a single row.
std::size_t joined_rows(std::string_view operation, const Shape& a, const Shape& b);

/// `gradient` summed over its rows where the operand of `shape` was repeated along them.
Value sum_repeated(Graph& graph, Value gradient, const Shape& shape);

/// `value` with its only row repeated where `shape` has more.
Value repeated_to(Graph& graph, Value value, const Shape& shape);

Value zeros(Graph& graph, const Shape& shape);

/// a + b; the other where one is none.
std::optional<Value> sum_of(Graph& graph, std::optional<Value> a, std::optional<Value> b);

}  // namespace scorefield::nn
