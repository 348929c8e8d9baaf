#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nn/graph.hpp"

namespace scorefield::nn {

/// One layer of a chain: out = [silu](in weightᵀ + addend).
struct DenseLayer {
    std::string weight;  ///< parameter (outputs, inputs)
    Value addend = 0;    ///< shared (1, outputs): depends on time and weights alone
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    bool silu = false;
};

/// Reads the per-particle part of a network with shared time as a chain of dense layers from `x` to `output`. Throws
/// std::logic_error naming the operation where the graph is no such chain.
std::vector<DenseLayer> dense_chain(const Graph& graph, Value x, Value output);

}  // namespace scorefield::nn
