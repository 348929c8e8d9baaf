#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nn/mlp.hpp"

namespace scorefield::model {

/// The network of a checkpoint: one of the kinds that there are.
using Architecture = std::variant<nn::MlpConfig>;

/// Their names in files, in the order of the alternatives.
inline constexpr std::array<std::string_view, std::variant_size_v<Architecture>> kArchitectures = {"mlp"};

/// Coordinates of its points.
std::size_t dim_of(const Architecture& network);
/// Classes of a conditional network; 0: it is not conditional.
std::size_t classes_of(const Architecture& network);
/// Its tensors in the order of use.
std::vector<nn::TensorSpec> tensors_of(const Architecture& network);
/// Numbers in all tensors that training changes.
std::size_t trained_weights_of(const Architecture& network);
/// Its size for people, e.g. `128 × 3`: width and hidden layers.
std::string size_text(const Architecture& network);

}  // namespace scorefield::model
