#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kAdd;

/// a + b, element by element; an operand of one row is repeated.
Value add(Graph& graph, Value a, Value b);

}  // namespace scorefield::nn
