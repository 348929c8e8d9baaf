#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kSilu;

/// x·sigmoid(x)
Value silu(Graph& graph, Value x);

}  // namespace scorefield::nn
