#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kConcatenateColumns;

/// (a | b); an operand of one row is repeated.
Value concatenate_columns(Graph& graph, Value a, Value b);

}  // namespace scorefield::nn
