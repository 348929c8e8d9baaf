#pragma once

#include <vector>

#include "nn/graph.hpp"

namespace scorefield::nn {

/// Reverse mode as a graph transform: appends to the graph the derivatives of `loss`, a (1, 1) value, by each of
/// `variables` and returns them in that order, each of its variable's shape. Applies to its own results again. A
/// variable that the loss does not depend on gets zeros.
std::vector<Value> gradients(Graph& graph, Value loss, const std::vector<Value>& variables);

/// The same of a loss whose derivative by `output` is known: `output_adjoint`, of its shape.
std::vector<Value> gradients(Graph& graph, Value output, Value output_adjoint, const std::vector<Value>& variables);

}  // namespace scorefield::nn
