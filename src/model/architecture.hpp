#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nn/mlp.hpp"

namespace scorefield::model {

/// The architecture of a checkpoint's network, with its sizes.
using Architecture = std::variant<nn::MlpConfig>;

/// Names of the architectures in files, in the order of the variant's alternatives.
inline constexpr std::array<std::string_view, std::variant_size_v<Architecture>> kArchitectures = {"mlp"};

/// Number of coordinates of the network's points.
std::size_t dim_of(const Architecture& network);
/// Number of classes; 0: the network is unconditional.
std::size_t classes_of(const Architecture& network);
/// The network's tensors in the order of use.
std::vector<nn::TensorSpec> tensors_of(const Architecture& network);
/// Number of trainable weights.
std::size_t trained_weights_of(const Architecture& network);
/// The network's size for people, e.g. `128 × 3`: width × hidden layers.
std::string size_text(const Architecture& network);

}  // namespace scorefield::model
