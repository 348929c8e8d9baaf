#pragma once

#include <map>
#include <string>
#include <vector>

#include "nn/graph.hpp"
#include "nn/matrix.hpp"

namespace scorefield::nn {

/// Values of inputs and parameters by name.
using Bindings = std::map<std::string, const Matrix*>;

/// The double-precision reference: plain loops, one value after the other. Returns the `outputs`; the number of
/// particles is that of the inputs with one row each. Throws std::logic_error where a name that is needed is not bound
/// or a matrix does not have its value's shape. May be called from several threads at once.
std::vector<Matrix> evaluate(const Graph& graph, const Bindings& bindings, const std::vector<Value>& outputs);

}  // namespace scorefield::nn
