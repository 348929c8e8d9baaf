#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace scorefield::data {

/// A dense float32 array in row-major order; `values` holds the product of `shape` (an empty shape is a scalar).
struct Tensor {
    std::vector<std::size_t> shape;
    std::vector<float> values;

    bool operator==(const Tensor&) const = default;
};

/// Tensors by name, in the names' order.
using TensorMap = std::map<std::string, Tensor>;

}  // namespace scorefield::data
