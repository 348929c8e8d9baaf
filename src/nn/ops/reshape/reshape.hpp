#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kReshape;

/// The same elements in the same order with other sizes after the first: (r, …) → `shape`, which has r rows, too.
Value reshape(Graph& graph, Value a, const Shape& shape);

}  // namespace scorefield::nn
