#include "nn/mlp.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <span>

#include "base/random.hpp"
#include "nn/ops/concatenate_columns/concatenate_columns.hpp"
#include "nn/ops/cosine/cosine.hpp"
#include "nn/ops/gather_rows/gather_rows.hpp"
#include "nn/ops/linear/linear.hpp"
#include "nn/ops/matmul/matmul.hpp"
#include "nn/ops/silu/silu.hpp"
#include "nn/ops/sine/sine.hpp"

namespace scorefield::nn {

std::vector<TensorSpec> mlp_tensors(const MlpConfig& config) {
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

std::vector<TensorSpec> trained_tensors(const MlpConfig& config) {
    std::vector<TensorSpec> trained = mlp_tensors(config);
    std::erase_if(trained, [](const TensorSpec& spec) { return !spec.trained; });
    return trained;
}

std::size_t element_count(const TensorSpec& spec) {
    const Shape shape = value_shape(spec);
    return shape.rows() * shape.columns();
}

std::size_t trained_weights(const MlpConfig& config) {
    std::size_t count = 0;
    for (const TensorSpec& spec : trained_tensors(config)) count += element_count(spec);
    return count;
}

Shape value_shape(const TensorSpec& spec) {
    return spec.shape.size() == 1 ? Shape{1, spec.shape[0]} : Shape{spec.shape[0], spec.shape[1]};
}

namespace {

std::vector<float> geometric(const TimeFrequencies& range, std::size_t count) {
    std::vector<float> frequencies(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double place = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 0;
        frequencies[i] = static_cast<float>(range.fastest * std::pow(range.slowest / range.fastest, place));
    }
    return frequencies;
}

/// A quarter turn over `range`.
double slowest_frequency(double range) {
    return 2 * std::numbers::pi / (4 * range);
}

}  // namespace

TimeFrequencies frequencies_of_levels(double highest) {
    return highest > 0 ? TimeFrequencies{1, slowest_frequency(highest)} : TimeFrequencies{};
}

TimeFrequencies frequencies_of_range(double lowest, double highest) {
    constexpr double kFinest = 1000;
    constexpr double kLargestAngle = 10'000;
    const double range = highest - lowest;
    if (!(range > 0)) return {};
    const double slowest = slowest_frequency(range);
    const double most = kLargestAngle / std::max(std::abs(lowest), std::abs(highest));
    return {std::max(std::min(kFinest / range, most), slowest), slowest};
}

data::TensorMap initial_weights(const MlpConfig& config, std::uint64_t seed, const TimeFrequencies& frequencies,
                                double input_gain) {
    data::TensorMap tensors;
    std::uint32_t index = 0;
    for (const TensorSpec& spec : mlp_tensors(config)) {
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
        if (!spec.trained) tensor.values = geometric(frequencies, config.features);
        tensors.emplace(spec.name, std::move(tensor));
        ++index;
    }
    return tensors;
}

data::TensorMap with_trained(data::TensorMap tensors, const MlpConfig& config, std::span<const float> trained) {
    for (const TensorSpec& spec : trained_tensors(config)) {
        const std::span<const float> values = trained.first(element_count(spec));
        tensors.at(spec.name).values.assign(values.begin(), values.end());
        trained = trained.subspan(values.size());
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

MlpValues build_mlp(Graph& graph, const MlpConfig& config, TimeRows rows, std::size_t levels) {
    std::map<std::string, Value> tensors;
    for (const TensorSpec& spec : mlp_tensors(config)) {
        tensors[spec.name] = graph.parameter(spec.name, value_shape(spec));
    }
    MlpValues values;
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
