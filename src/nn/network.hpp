#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/tensors.hpp"
#include "nn/graph.hpp"
#include "nn/matrix.hpp"

// What networks of every architecture have in common. An architecture is a struct with its sizes, e.g. nn::MlpConfig,
// and these functions beside it; model::Architecture lists the structs.
//   kName                   its name in files
//   dim, classes            members: coordinates of the points; classes of a conditional network, else 0
//   sizes_of(config)        its other sizes
//   size_text(config)       its size for people
//   tensors_of(config)      its tensors, in the order in which build_network declares them
//   initial_weights(config, seed, frequencies, input_gain)
//   build_network(graph, config, rows, levels)
//   weights_of_class(tensors, config, label)
//
// Names of tensors have a meaning. A layer NAME computes NAME.weight h + NAME.bias + NAME.time e, where e is sine and
// cosine of time.frequencies times c_noise; the tensor time.frequencies is the first, and the only one that training
// does not change. Of a conditional network one layer also adds NAME.label y, where y is 1 for the class and 0
// elsewhere; all 0 if the class is not given.
namespace scorefield::nn {

/// One size of an architecture: `scorefield.ARCHITECTURE.NAME` in files, `network.NAME` among the settings.
struct NetworkSize {
    std::string_view name;
    std::size_t* value = nullptr;
    std::size_t low = 0;
    std::size_t high = 0;          ///< the largest that files may hold
    std::size_t high_trained = 0;  ///< the largest that can be trained
};

/// One tensor of a network's checkpoint. Weights are (out, in); vectors have one dimension.
struct TensorSpec {
    std::string name;
    std::vector<std::size_t> shape;
    bool trained = true;  ///< false for time.frequencies
};

/// Shape of a tensor as a value of the graph: vectors are one row.
Shape value_shape(const TensorSpec& spec);

/// A tensor of one or two dimensions in double precision; a vector is one row.
Matrix matrix_of(const data::Tensor& tensor);

/// Numbers in a tensor.
std::size_t element_count(const TensorSpec& spec);

/// Those that training changes, in their order.
std::vector<TensorSpec> trained_tensors(std::vector<TensorSpec> tensors);

/// Numbers in all tensors that training changes.
std::size_t trained_weights(const std::vector<TensorSpec>& tensors);

/// The tensors with those that training changes replaced by `trained`: one number per trained weight, tensor after
/// tensor in the order of `specs`.
data::TensorMap with_trained(data::TensorMap tensors, const std::vector<TensorSpec>& specs,
                             std::span<const float> trained);

/// The frequencies in which a network sees its time: geometric from the fastest down to the slowest.
struct TimeFrequencies {
    double fastest = 1;
    double slowest = 1;
};

/// For whole times 0 … highest: neighbours differ by up to one radian, the slowest covers all in a quarter turn.
TimeFrequencies frequencies_of_levels(double highest);

/// For any times between two: a thousandth of the range is one radian, but none of them is more than 10 000.
TimeFrequencies frequencies_of_range(double lowest, double highest);

/// `count` of them, the fastest first: the tensor time.frequencies.
std::vector<float> time_frequencies(const TimeFrequencies& range, std::size_t count);

/// How the network receives its time: one for all particles; one per particle; or a table of levels, of which each
/// particle says one.
enum class TimeRows : std::uint8_t { shared, per_particle, levels };

/// The network's inputs and result within a graph; parameters are found by their tensors' names.
struct NetworkValues {
    Value x = 0;        ///< input "x" (batch, d): c_in·state
    Value c_noise = 0;  ///< input "c_noise": (1, 1) where shared, (batch, 1) per particle, else (levels, 1)
    Value output = 0;   ///< F (batch, d)
};

/// The graph of a network and its values in it.
struct NetworkGraph {
    Graph graph;
    NetworkValues values;
};

}  // namespace scorefield::nn
