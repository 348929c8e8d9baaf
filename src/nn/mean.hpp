#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

/// (1, 1): the mean of all elements.
Value mean(Graph& graph, Value a);
/// (1, 1): the mean of the squares of all elements.
Value mean_square(Graph& graph, Value a);

}  // namespace scorefield::nn
