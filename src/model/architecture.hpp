#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nn/mlp.hpp"
#include "nn/network.hpp"

namespace scorefield::model {

/// The architecture of a network, with its sizes; nn/network.hpp says what an alternative has to offer.
using Architecture = std::variant<nn::MlpConfig>;

/// Names of the architectures in files.
std::vector<std::string_view> architecture_names();
/// The architecture of that name with its default sizes; none for other names.
std::optional<Architecture> architecture_named(std::string_view name);
/// The name in files.
std::string_view name_of(const Architecture& network);

/// Number of coordinates of the network's points.
std::size_t dim_of(const Architecture& network);
/// Number of classes; 0: the network is unconditional.
std::size_t classes_of(const Architecture& network);
/// The same network for points of `dim` coordinates in so many classes.
Architecture for_points(Architecture network, std::size_t dim, std::size_t classes);
/// The sizes but for those of the points; they point into `network`.
std::vector<nn::NetworkSize> sizes_of(Architecture& network);
/// The network's size for people, e.g. `128 × 3` of the MLP: width × hidden layers.
std::string size_text(const Architecture& network);

/// The network's tensors in the order of use.
std::vector<nn::TensorSpec> tensors_of(const Architecture& network);
/// Number of trainable weights.
std::size_t trained_weights_of(const Architecture& network);
/// The tensors that a training with this seed begins with: see nn::initial_weights of the architecture.
data::TensorMap initial_weights(const Architecture& network, std::uint64_t seed, const nn::TimeFrequencies& frequencies,
                                double input_gain);
/// The tensors of the network without classes that answers for one of them, or for all together (none).
data::TensorMap weights_of_class(const data::TensorMap& tensors, const Architecture& network,
                                 std::optional<std::size_t> label);

/// Appends the network to a graph: see nn::build_network of the architecture.
nn::NetworkValues build_network(nn::Graph& graph, const Architecture& network, nn::TimeRows rows,
                                std::size_t levels = 1);
/// The graph of one evaluation: all particles have the same time.
nn::NetworkGraph evaluation_graph(const Architecture& network);

}  // namespace scorefield::model
