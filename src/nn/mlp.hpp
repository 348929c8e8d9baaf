#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/tensors.hpp"
#include "nn/graph.hpp"

namespace scorefield::nn {

/// The plain time-conditioned network: with c = c_noise and f = time.frequencies,
/// e = (sin(c f), cos(c f)); h = silu(input.weight x + input.bias + input.time e);
/// h = silu(hidden.l.weight h + hidden.l.bias + hidden.l.time e) for l = 0 … depth−1; F = output.weight h +
/// output.bias. A conditional one adds input.label y to the input layer, y being 1 for the class and 0 elsewhere; all 0
/// where it is not said.
struct MlpConfig {
    std::size_t dim = 2;
    std::size_t width = 64;
    std::size_t depth = 3;      ///< hidden layers after the input layer
    std::size_t features = 32;  ///< time frequencies
    std::size_t classes = 0;    ///< of a conditional network

    bool operator==(const MlpConfig&) const = default;
};

/// One tensor of a network's checkpoint. Weights are (out, in); vectors have one dimension.
struct TensorSpec {
    std::string name;
    std::vector<std::size_t> shape;
    bool trained = true;  ///< false for time.frequencies
};

/// The network's tensors in the order of use:
/// time.frequencies [F]; input.weight [W, d], input.bias [W], input.time [W, 2F];
/// hidden.l.weight [W, W], hidden.l.bias [W], hidden.l.time [W, 2F]; output.weight [d, W], output.bias [d]; where there
/// are classes input.label [W, classes].
std::vector<TensorSpec> mlp_tensors(const MlpConfig& config);

/// Those that training changes, in their order.
std::vector<TensorSpec> trained_tensors(const MlpConfig& config);

/// Numbers in a tensor.
std::size_t element_count(const TensorSpec& spec);

/// Numbers in all tensors that training changes.
std::size_t trained_weights(const MlpConfig& config);

/// The frequencies in which a network sees its time: geometric from the fastest down to the slowest.
struct TimeFrequencies {
    double fastest = 1;
    double slowest = 1;
};

/// For whole times 0 … highest: neighbours differ by up to one radian, the slowest covers all in a quarter turn.
TimeFrequencies frequencies_of_levels(double highest);

/// For any times between two: a thousandth of the range is one radian, but none of them is more than 10 000.
TimeFrequencies frequencies_of_range(double lowest, double highest);

/// Time frequencies and weights uniform in ±1/√inputs, drawn from base::kWeightStream; the output layer is zero.
/// input.weight is multiplied by `input_gain`: larger values make the first layer respond to smaller changes of x, like
/// ω_0 in SIREN (Sitzmann et al. 2020).
data::TensorMap initial_weights(const MlpConfig& config, std::uint64_t seed, const TimeFrequencies& frequencies,
                                double input_gain = 1);

/// The tensors with those that training changes replaced by `trained`, one number per trained weight, tensor after
/// tensor.
data::TensorMap with_trained(data::TensorMap tensors, const MlpConfig& config, std::span<const float> trained);

/// The tensors of the network without classes that answers for one of them, or where it is hidden (none).
data::TensorMap weights_of_class(const data::TensorMap& tensors, const MlpConfig& config,
                                 std::optional<std::size_t> label);

/// How the network receives its time: one for all particles; one per particle; or a table of levels, of which each
/// particle says one.
enum class TimeRows : std::uint8_t { shared, per_particle, levels };

/// The network's inputs and result within a graph; parameters are found by their tensors' names.
struct MlpValues {
    Value x = 0;        ///< input "x" (batch, d): c_in·state
    Value c_noise = 0;  ///< input "c_noise": (1, 1) where shared, (batch, 1) per particle, else (levels, 1)
    Value output = 0;   ///< F (batch, d)
};

/// Appends the network. Where time is shared, everything that depends on c_noise alone is shared() in the graph:
/// a layer is then silu(linear(h, weight, addend)) with a shared (1, W) addend. With levels, the addends are rows of
/// tables (levels, W), gathered by the input "level" (batch, 1); graph.hpp says what levels are. A conditional network
/// has the input "label" (batch, classes).
MlpValues build_mlp(Graph& graph, const MlpConfig& config, TimeRows rows, std::size_t levels = 1);

/// Shape of a tensor as a value of the graph: vectors are one row.
Shape value_shape(const TensorSpec& spec);

}  // namespace scorefield::nn
