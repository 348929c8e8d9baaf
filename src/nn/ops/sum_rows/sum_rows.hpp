#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kSumRows;

/// (r, …) → (1, …)
Value sum_rows(Graph& graph, Value a);

}  // namespace scorefield::nn
