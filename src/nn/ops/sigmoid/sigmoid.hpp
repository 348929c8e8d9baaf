#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kSigmoid;

/// 1/(1 + e^−x)
Value sigmoid(Graph& graph, Value x);

}  // namespace scorefield::nn
