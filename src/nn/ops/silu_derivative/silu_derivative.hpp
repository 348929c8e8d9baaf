#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kSiluDerivative;

/// sigmoid(x)·(1 + x·(1 − sigmoid(x)))
Value silu_derivative(Graph& graph, Value x);

}  // namespace scorefield::nn
