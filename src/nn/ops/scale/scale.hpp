#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kScale;

/// factor·a, divided by the number of particles if `over_batch`.
Value scale(Graph& graph, Value a, double factor, bool over_batch = false);

}  // namespace scorefield::nn
