#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kRepeatRows;

/// (1, …) → (batch, …)
Value repeat_rows(Graph& graph, Value a);

}  // namespace scorefield::nn
