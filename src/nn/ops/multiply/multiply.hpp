#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kMultiply;

/// a ∘ b, element by element; an operand of one row is repeated.
Value multiply(Graph& graph, Value a, Value b);

}  // namespace scorefield::nn
