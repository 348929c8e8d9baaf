#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kSine;

Value sine(Graph& graph, Value x);

}  // namespace scorefield::nn
