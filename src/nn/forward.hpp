#pragma once

#include <utility>
#include <vector>

#include "nn/graph.hpp"

namespace scorefield::nn {

/// Forward mode as a graph transform: appends to the graph the derivatives of `outputs` along the direction in which
/// each first value of `directions` moves by its second (Jacobian-vector products), and returns them in that order,
/// each of its output's shape. Throws std::logic_error where a direction has not the shape of what moves. Composes
/// with itself and with `gradients`. An output that does not move gets zeros.
std::vector<Value> tangents(Graph& graph, const std::vector<std::pair<Value, Value>>& directions,
                            const std::vector<Value>& outputs);

}  // namespace scorefield::nn
