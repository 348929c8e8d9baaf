#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kSliceColumns;

/// `columns` columns of `a`, from `first` on.
Value slice_columns(Graph& graph, Value a, std::size_t first, std::size_t columns);

}  // namespace scorefield::nn
