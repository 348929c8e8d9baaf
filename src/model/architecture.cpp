#include "model/architecture.hpp"

#include <utility>

namespace scorefield::model {
namespace {

/// Calls visit(config) with every alternative, its sizes being the defaults.
template <class Visit, std::size_t... Index>
void for_each_architecture(const Visit& visit, std::index_sequence<Index...> /*all*/) {
    (visit(std::variant_alternative_t<Index, Architecture>()), ...);
}

template <class Visit>
void for_each_architecture(const Visit& visit) {
    for_each_architecture(visit, std::make_index_sequence<std::variant_size_v<Architecture>>());
}

}  // namespace

std::vector<std::string_view> architecture_names() {
    std::vector<std::string_view> names;
    for_each_architecture([&](const auto& config) { names.push_back(config.kName); });
    return names;
}

std::optional<Architecture> architecture_named(std::string_view name) {
    std::optional<Architecture> found;
    for_each_architecture([&](const auto& config) {
        if (config.kName == name) found = config;
    });
    return found;
}

std::string_view name_of(const Architecture& network) {
    return std::visit([](const auto& config) { return config.kName; }, network);
}

std::size_t dim_of(const Architecture& network) {
    return std::visit([](const auto& config) { return config.dim; }, network);
}

std::size_t classes_of(const Architecture& network) {
    return std::visit([](const auto& config) { return config.classes; }, network);
}

Architecture for_points(Architecture network, std::size_t dim, std::size_t classes) {
    std::visit(
        [&](auto& config) {
            config.dim = dim;
            config.classes = classes;
        },
        network);
    return network;
}

std::vector<nn::NetworkSize> sizes_of(Architecture& network) {
    return std::visit([](auto& config) { return nn::sizes_of(config); }, network);
}

std::string size_text(const Architecture& network) {
    return std::visit([](const auto& config) { return nn::size_text(config); }, network);
}

std::vector<nn::TensorSpec> tensors_of(const Architecture& network) {
    return std::visit([](const auto& config) { return nn::tensors_of(config); }, network);
}

std::size_t trained_weights_of(const Architecture& network) {
    return nn::trained_weights(tensors_of(network));
}

data::TensorMap initial_weights(const Architecture& network, std::uint64_t seed, const nn::TimeFrequencies& frequencies,
                                double input_gain) {
    return std::visit([&](const auto& config) { return nn::initial_weights(config, seed, frequencies, input_gain); },
                      network);
}

data::TensorMap weights_of_class(const data::TensorMap& tensors, const Architecture& network,
                                 std::optional<std::size_t> label) {
    return std::visit([&](const auto& config) { return nn::weights_of_class(tensors, config, label); }, network);
}

nn::NetworkValues build_network(nn::Graph& graph, const Architecture& network, nn::TimeRows rows, std::size_t levels) {
    return std::visit([&](const auto& config) { return nn::build_network(graph, config, rows, levels); }, network);
}

nn::NetworkGraph evaluation_graph(const Architecture& network) {
    nn::NetworkGraph made;
    made.values = build_network(made.graph, network, nn::TimeRows::shared);
    return made;
}

}  // namespace scorefield::model
