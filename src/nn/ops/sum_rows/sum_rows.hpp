#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kSumRows;

/// (r, c) → (1, c)
Value sum_rows(Graph& graph, Value a);

}  // namespace scorefield::nn
