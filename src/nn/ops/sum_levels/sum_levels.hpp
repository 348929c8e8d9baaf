#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kSumLevels;

/// (batch, c) → (levels, c): sums over the rows of each level. Levels as in gather_rows.
Value sum_levels(Graph& graph, Value a, Value level, std::size_t levels);

}  // namespace scorefield::nn
