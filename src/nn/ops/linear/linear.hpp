#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kLinear;

/// x wᵀ [+ addend]: x (r, in), weight (out, in), addend (r, out) or (1, out).
Value linear(Graph& graph, Value x, Value weight);
Value linear(Graph& graph, Value x, Value weight, Value addend);

}  // namespace scorefield::nn
