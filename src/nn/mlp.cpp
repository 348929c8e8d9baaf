#include "nn/mlp.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <optional>

#include "base/random.hpp"
#include "nn/network_limits.hpp"
#include "nn/ops/concatenate_columns/concatenate_columns.hpp"
#include "nn/ops/cosine/cosine.hpp"
#include "nn/ops/gather_rows/gather_rows.hpp"
#include "nn/ops/linear/linear.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/silu/silu.hpp"
#include "nn/ops/sine/sine.hpp"

namespace scorefield::nn {

std::vector<NetworkSize> sizes_of(MlpConfig& config) {
    return {{"width", &config.width, 1, kMaxWidth, kMaxTrainedWidth},
            {"depth", &config.depth, 0, kMaxDepth, kMaxTrainedDepth},
            {"features", &config.features, 1, kMaxFeatures, kMaxTrainedFeatures}};
}

std::string size_text(const MlpConfig& config) {
    return fmt::format("{} × {}", config.width, config.depth);
}

std::vector<TensorSpec> tensors_of(const MlpConfig& config) {
    const std::size_t width = config.width;
    const std::size_t time = 2 * config.features;
    std::vector<TensorSpec> specs = {{"time.frequencies", {config.features}, false}};
    const auto add_layer = [&](const std::string& layer, std::size_t inputs) {
        specs.push_back({layer + ".weight", {width, inputs}});
        specs.push_back({layer + ".bias", {width}});
        specs.push_back({layer + ".time", {width, time}});
    };
    add_layer("input", config.dim);
    for (std::size_t l = 0; l < config.depth; ++l) add_layer("hidden." + std::to_string(l), width);
    specs.push_back({"output.weight", {config.dim, width}});
    specs.push_back({"output.bias", {config.dim}});
    if (config.classes > 0) specs.push_back({"input.label", {width, config.classes}});
    return specs;
}

data::TensorMap initial_weights(const MlpConfig& config, std::uint64_t seed, const TimeFrequencies& frequencies,
                                double input_gain) {
    data::TensorMap tensors;
    std::uint32_t index = 0;
    for (const TensorSpec& spec : tensors_of(config)) {
        const Shape shape = value_shape(spec);
        data::Tensor tensor = {spec.shape, std::vector<float>(shape.rows() * shape.columns())};
        // A layer's inputs reach it through two matrices; each keeps the scale of its own.
        const bool drawn = spec.shape.size() == 2 && !spec.name.starts_with("output");
        const double gain = spec.name == "input.weight" ? input_gain : 1;
        const double bound = drawn ? gain / std::sqrt(static_cast<double>(shape.columns())) : 0;
        for (std::size_t i = 0; drawn && i < tensor.values.size(); ++i) {
            const double u = base::uniform(seed, static_cast<std::uint32_t>(i), 0, index, base::kWeightStream);
            tensor.values[i] = static_cast<float>(bound * (2 * u - 1));
        }
        if (!spec.trained) tensor.values = time_frequencies(frequencies, config.features);
        tensors.emplace(spec.name, std::move(tensor));
        ++index;
    }
    return tensors;
}

data::TensorMap weights_of_class(const data::TensorMap& tensors, const MlpConfig& config,
                                 std::optional<std::size_t> label) {
    data::TensorMap result = tensors;
    if (config.classes == 0) return result;
    const std::vector<float>& columns = tensors.at("input.label").values;
    std::vector<float>& bias = result.at("input.bias").values;
    for (std::size_t i = 0; label && i < bias.size(); ++i) bias[i] += columns.at(i * config.classes + *label);
    result.erase("input.label");
    return result;
}

NetworkValues build_network(Graph& graph, const MlpConfig& config, TimeRows rows, std::size_t levels) {
    std::map<std::string, Value> tensors;
    for (const TensorSpec& spec : tensors_of(config)) {
        tensors[spec.name] = graph.parameter(spec.name, value_shape(spec));
    }
    NetworkValues values;
    values.x = graph.input("x", {kBatch, config.dim});
    values.c_noise = graph.input("c_noise", {rows == TimeRows::per_particle ? kBatch : levels, 1});
    std::optional<Value> level;
    if (rows == TimeRows::levels) level = graph.input("level", {kBatch, 1});
    const Value angles = matmul(graph, values.c_noise, tensors.at("time.frequencies"));
    const Value time = concatenate_columns(graph, sine(graph, angles), cosine(graph, angles));
    const auto addend = [&](const std::string& name) {
        const Value own = linear(graph, time, tensors.at(name + ".time"), tensors.at(name + ".bias"));
        return level ? gather_rows(graph, own, *level) : own;
    };
    const auto layer = [&](Value h, const std::string& name, Value added) {
        return silu(graph, linear(graph, h, tensors.at(name + ".weight"), added));
    };
    Value of_input = addend("input");
    if (config.classes > 0) {
        const Value label = graph.input("label", {kBatch, config.classes});
        of_input = linear(graph, label, tensors.at("input.label"), of_input);
    }
    Value h = layer(values.x, "input", of_input);
    for (std::size_t l = 0; l < config.depth; ++l) {
        const std::string name = "hidden." + std::to_string(l);
        h = layer(h, name, addend(name));
    }
    values.output = linear(graph, h, tensors.at("output.weight"), tensors.at("output.bias"));
    return values;
}

}  // namespace scorefield::nn
