#pragma once

#include "nn/ops/operation.hpp"

namespace scorefield::nn {

/// The shape rule and the host kernel of every operation that works element by element.
Shape element_shape(const Graph& graph, const Node& node);
void run_elements(const HostCall& call);

/// The reference of an operation of one operand.
template <double (*kFunction)(double)>
void evaluate_elements(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] = kFunction(operands[0]->values[i]);
}

/// The reference of an operation of two operands.
template <double (*kFunction)(double, double)>
void evaluate_elements(const Node&, std::span<const Matrix* const> operands, std::size_t, Matrix& out) {
    for (std::size_t r = 0; r < out.rows; ++r) {
        for (std::size_t c = 0; c < out.columns; ++c) {
            out.at(r, c) = kFunction(operands[0]->repeated(r, c), operands[1]->repeated(r, c));
        }
    }
}

/// The tangent of an operation of one operand: its Jacobian is diagonal and so its own transpose.
template <std::vector<Value> (*kDerivative)(Graph&, const Node&, Value, Value)>
Value diagonal_tangent(Graph& graph, const Node& node, Value self, Tangents tangents) {
    return kDerivative(graph, node, self, *tangents[0]).front();
}

/// An operation that works element by element on `operands` operands; one of a single row is repeated. Its host kernel
/// is the element function of the same name in NAME_loop.hpp.
constexpr Operation element_wise(std::string_view name, std::size_t operands, decltype(Operation::evaluate) evaluate,
                                 decltype(Operation::derivative) derivative, decltype(Operation::tangent) tangent) {
    return {.name = name,
            .element_operands = operands,
            .shape = element_shape,
            .evaluate = evaluate,
            .derivative = derivative,
            .tangent = tangent,
            .run = run_elements};
}

}  // namespace scorefield::nn
