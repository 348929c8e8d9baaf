#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kGatherRows;

/// Row level(r) of a table (levels, c) for each row r: (batch, c). Levels are whole numbers 0 … in a column, an input
/// that never decreases from row to row.
Value gather_rows(Graph& graph, Value table, Value level);

}  // namespace scorefield::nn
