#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/tensors.hpp"
#include "nn/graph.hpp"
#include "nn/network.hpp"

namespace scorefield::nn {

/// The plain time-conditioned network: with c = c_noise and f = time.frequencies,
/// e = (sin(c f), cos(c f)); h = silu(input.weight x + input.bias + input.time e);
/// h = silu(hidden.l.weight h + hidden.l.bias + hidden.l.time e) for l = 0 … depth−1; F = output.weight h +
/// output.bias. A conditional one adds input.label y to the input layer, y being 1 for the class and 0 elsewhere; all 0
/// where it is not said.
struct MlpConfig {
    static constexpr std::string_view kName = "mlp";

    std::size_t dim = 2;
    std::size_t width = 64;
    std::size_t depth = 3;      ///< hidden layers after the input layer
    std::size_t features = 32;  ///< time frequencies
    std::size_t classes = 0;    ///< of a conditional network

    bool operator==(const MlpConfig&) const = default;
};

// The largest sizes that can be trained.
inline constexpr std::size_t kMaxTrainedWidth = 1024;
inline constexpr std::size_t kMaxTrainedDepth = 64;
inline constexpr std::size_t kMaxTrainedFeatures = 1024;

/// Width, depth and features; they point into `config`.
std::vector<NetworkSize> sizes_of(MlpConfig& config);

/// e.g. `128 × 3`: width × hidden layers.
std::string size_text(const MlpConfig& config);

/// The network's tensors in the order of use:
/// time.frequencies [F]; input.weight [W, d], input.bias [W], input.time [W, 2F];
/// hidden.l.weight [W, W], hidden.l.bias [W], hidden.l.time [W, 2F]; output.weight [d, W], output.bias [d]; where there
/// are classes input.label [W, classes].
std::vector<TensorSpec> tensors_of(const MlpConfig& config);

/// Time frequencies and weights uniform in ±1/√inputs, drawn from base::kWeightStream; the output layer is zero.
/// input.weight is multiplied by `input_gain`: larger values make the first layer respond to smaller changes of x, like
/// ω_0 in SIREN (Sitzmann et al. 2020).
data::TensorMap initial_weights(const MlpConfig& config, std::uint64_t seed, const TimeFrequencies& frequencies,
                                double input_gain = 1);

/// The tensors of the network without classes that answers for one of them, or where it is hidden (none).
data::TensorMap weights_of_class(const data::TensorMap& tensors, const MlpConfig& config,
                                 std::optional<std::size_t> label);

/// Appends the network. Where time is shared, everything that depends on c_noise alone is shared() in the graph:
/// a layer is then silu(linear(h, weight, addend)) with a shared (1, W) addend. With levels, the addends are rows of
/// tables (levels, W), gathered by the input "level" (batch, 1); graph.hpp says what levels are. A conditional network
/// has the input "label" (batch, classes).
NetworkValues build_network(Graph& graph, const MlpConfig& config, TimeRows rows, std::size_t levels = 1);

}  // namespace scorefield::nn
