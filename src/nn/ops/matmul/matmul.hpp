#pragma once

#include "nn/graph.hpp"

namespace scorefield::nn {

extern const Operation kMatmul;

/// op(a) op(b), op = transpose where `transpose_a`/`transpose_b`; may contract over the batch.
Value matmul(Graph& graph, Value a, Value b, bool transpose_a = false, bool transpose_b = false);

}  // namespace scorefield::nn
