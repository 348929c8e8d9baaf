#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kCosine;

Value cosine(Graph& graph, Value x);

}  // namespace scorefield::nn
