#include "model/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/json.hpp"
#include "data/points.hpp"
#include "data/safetensors.hpp"
#include "data/scaling_fault.hpp"
#include "nn/network_limits.hpp"

namespace scorefield::model {
namespace {

using nlohmann::json;
using Metadata = std::map<std::string, std::string>;

constexpr const char* kPrefix = "scorefield.";
constexpr const char* kMomentsMeanKey = "data.standardised.mean";
constexpr const char* kMomentsVarianceKey = "data.standardised.variance";
using Shapes = std::map<std::string, std::vector<std::size_t>>;

base::Error refusal(const std::string& where, const std::string& why) {
    return base::request_error("invalid checkpoint", where, why, "write it with `scorefield train`");
}

/// Reads metadata keys below `scorefield.` and remembers which ones were asked for.
class Keys {
  public:
    Keys(const Metadata& metadata, std::string where) : metadata_(metadata), where_(std::move(where)) {}

    bool has(const std::string& name) const { return metadata_.contains(kPrefix + name); }
    std::string text(const std::string& name) {
        const auto found = metadata_.find(kPrefix + name);
        if (found == metadata_.end()) throw refusal(where_, "metadata '" + (kPrefix + name) + "' is missing");
        asked_.insert(found->first);
        return found->second;
    }
    template <typename T>
    T number(const std::string& name, T low, T high) {
        const std::string value = text(name);
        T result{};
        const char* end = value.data() + value.size();
        const auto [stop, error] = std::from_chars(value.data(), end, result);
        if (error != std::errc{} || stop != end || !(result >= low && result <= high)) {
            throw refusal(where_, fmt::format("metadata '{}{}' has the invalid value '{}', not {} … {}", kPrefix, name,
                                              base::shown(value), low, high));
        }
        return result;
    }
    bool toggle(const std::string& name) {
        const std::string value = text(name);
        if (value == "on" || value == "off") return value == "on";
        throw refusal(where_,
                      fmt::format("metadata '{}{}' is '{}', neither on nor off", kPrefix, name, base::shown(value)));
    }
    void expect(const std::string& name, const std::string& value) {
        const std::string found = text(name);
        if (found != value) {
            throw refusal(where_,
                          fmt::format("metadata '{}{}' is '{}', not '{}'", kPrefix, name, base::shown(found), value));
        }
    }
    /// All keys below `section.`, without it.
    Metadata section(const std::string& name) {
        const std::string prefix = kPrefix + name + ".";
        Metadata result;
        for (const auto& [key, value] : metadata_) {
            if (!key.starts_with(prefix)) continue;
            result[key.substr(prefix.size())] = value;
            asked_.insert(key);
        }
        return result;
    }
    void refuse_others() const {
        for (const auto& [key, value] : metadata_) {
            if (key.starts_with(kPrefix) && !asked_.contains(key)) {
                throw refusal(where_, "metadata '" + base::shown(key) + "' is unknown");
            }
        }
    }

  private:
    const Metadata& metadata_;
    std::string where_;
    std::set<std::string> asked_;
};

Architecture read_network(Keys& keys, const std::string& where) {
    const std::string name = keys.text("architecture");
    const std::optional<Architecture> known = architecture_named(name);
    if (!known) {
        throw refusal(where, fmt::format("metadata '{}architecture' is '{}', not '{}'", kPrefix, base::shown(name),
                                         fmt::join(architecture_names(), "' or '")));
    }
    const std::string prefix = name + ".";
    const auto dim = keys.number<std::size_t>(prefix + "dim", 1, data::kMaxDim);
    const std::string classes = prefix + "classes";
    Architecture network =
        for_points(*known, dim, keys.has(classes) ? keys.number<std::size_t>(classes, 1, nn::kMaxClasses) : 0);
    for (const nn::NetworkSize& size : sizes_of(network)) {
        *size.value = keys.number<std::size_t>(prefix + std::string(size.name), size.low, size.high);
    }
    if (const std::size_t weights = trained_weights_of(network); weights > nn::kMaxWeights) {
        throw refusal(where, fmt::format("a network of {} weights is larger than the {} that are read", weights,
                                         nn::kMaxWeights));
    }
    return network;
}

/// The name of a parameter's key.
std::string process_key(std::string_view parameter) {
    return "process." + std::string(parameter);
}

diffusion::ProcessSettings read_process(Keys& keys, const std::string& where) {
    diffusion::ProcessSettings process;
    process.name = keys.text("process");
    if (process.name == "ddpm") process.schedule = keys.text("process.schedule");
    diffusion::for_each_process_parameter(process,
                                          [&]<class Value>(std::string_view name, std::optional<Value>& value) {
                                              const std::string key = process_key(name);
                                              if (!keys.has(key)) return;
                                              if constexpr (std::is_same_v<Value, bool>) {
                                                  value = keys.toggle(key);
                                              } else {
                                                  value = keys.number<double>(key, 0, diffusion::kMaxProcessScale);
                                              }
                                          });
    if (process.name == "ddpm" && !process.horizon) throw refusal(where, "metadata 'scorefield.process.T' is missing");
    try {
        diffusion::make_process(process);
    } catch (const base::Error& error) {
        throw refusal(where, error.what());
    }
    return process;
}

/// Numbers or a list of them; nothing where the text is neither.
json read_json(const std::string& text) {
    constexpr data::JsonLimits kNumbers = {.depth = 1, .values = data::kMaxDim + 1};  // and the list
    try {
        return data::parse_json(text, kNumbers);
    } catch (const data::JsonError&) {
        return {};
    }
}

/// A list with one number per coordinate, 0 of those that are constant, or one number for all.
std::vector<double> read_deviation(const std::string& text, std::size_t dim, const std::string& where) {
    const json value = read_json(text);
    std::vector<double> deviation;
    if (value.is_number()) deviation.assign(dim, value.get<double>());
    if (value.is_array() && std::ranges::all_of(value, [](const json& entry) { return entry.is_number(); })) {
        deviation = value.get<std::vector<double>>();
    }
    const auto is_positive = [](double entry) { return entry >= std::numeric_limits<double>::min() && entry <= 1e300; };
    const bool fits = deviation.size() == dim && std::ranges::any_of(deviation, is_positive) &&
                      std::ranges::all_of(deviation, [&](double entry) { return entry == 0 || is_positive(entry); });
    if (!fits) {
        throw refusal(where,
                      "metadata 'scorefield.data.deviation' is neither a positive number nor one per coordinate");
    }
    return deviation;
}

/// One number per coordinate.
std::vector<double> read_coordinates(Keys& keys, const std::string& key, std::size_t dim, const std::string& where) {
    const json values = read_json(keys.text(key));
    const bool numbers = values.is_array() && values.size() == dim &&
                         std::ranges::all_of(values, [](const json& value) { return value.is_number(); });
    if (!numbers)
        throw refusal(where, fmt::format("metadata '{}{}' does not hold one number per coordinate", kPrefix, key));
    return values.get<std::vector<double>>();
}

std::optional<diffusion::AxisMoments> read_clean_moments(Keys& keys, std::size_t dim, const std::string& where) {
    if (!keys.has(kMomentsMeanKey)) return {};
    diffusion::AxisMoments moments = {read_coordinates(keys, kMomentsMeanKey, dim, where),
                                      read_coordinates(keys, kMomentsVarianceKey, dim, where)};
    if (std::ranges::all_of(moments.variance, [](double variance) { return variance >= 0; })) return moments;
    throw refusal(where, fmt::format("metadata '{}{}' holds a negative number", kPrefix, kMomentsVarianceKey));
}

data::Scaling read_scaling(Keys& keys, std::size_t dim, const std::string& where) {
    data::Scaling scaling;
    scaling.mean = read_coordinates(keys, "data.mean", dim, where);
    scaling.deviation = read_deviation(keys.text("data.deviation"), dim, where);
    if (const std::string why = data::scaling_fault(scaling); !why.empty()) {
        throw refusal(where, "metadata 'scorefield.data': " + why);
    }
    return scaling;
}

std::string shape_text(const std::vector<std::size_t>& shape) {
    return base::shown(json(shape).dump());
}

/// The names of the state's tensors, each with its place.
template <class State>
auto state_tensors(State& state) {
    return std::array{std::pair{"training.weights", &state.weights}, std::pair{"training.first", &state.first},
                      std::pair{"training.second", &state.second}};
}

/// Takes the shapes of the state's tensors out of all.
Shapes split_state(Shapes& shapes) {
    Shapes state;
    OptimiserState names;
    for (const auto& place : state_tensors(names)) {
        if (auto node = shapes.extract(place.first)) state.insert(std::move(node));
    }
    return state;
}

/// All of the state's tensors, or none.
void require_state(const Shapes& state, const Architecture& network, const std::string& where) {
    if (state.empty()) return;
    const std::size_t count = trained_weights_of(network);
    OptimiserState names;
    for (const auto& place : state_tensors(names)) {
        const auto found = state.find(place.first);
        if (found == state.end()) throw refusal(where, fmt::format("tensor '{}' is missing", place.first));
        if (found->second == std::vector{count}) continue;
        throw refusal(where, fmt::format("tensor '{}' has the shape {}, its training needs [{}]", place.first,
                                         shape_text(found->second), count));
    }
}

/// Takes the state's tensors out of all.
std::optional<OptimiserState> take_state(data::TensorMap& tensors) {
    OptimiserState state;
    for (const auto& [name, values] : state_tensors(state)) {
        const auto found = tensors.find(name);
        if (found == tensors.end()) return {};
        *values = std::move(found->second.values);
        tensors.erase(found);
    }
    return state;
}

void require_shapes(const Shapes& shapes, const Architecture& network, const std::string& where) {
    std::set<std::string> known;
    for (const nn::TensorSpec& spec : tensors_of(network)) {
        const auto found = shapes.find(spec.name);
        if (found == shapes.end()) throw refusal(where, "tensor '" + spec.name + "' is missing");
        if (found->second != spec.shape) {
            throw refusal(where, "tensor '" + spec.name + "' has the shape " + shape_text(found->second) +
                                     ", the network needs " + shape_text(spec.shape));
        }
        known.insert(spec.name);
    }
    for (const auto& [name, shape] : shapes) {
        if (!known.contains(name)) {
            throw refusal(where, "tensor '" + base::shown(name) + "' does not belong to the network");
        }
    }
}

/// All that the metadata and the names and shapes of the tensors say.
Checkpoint read_header(const data::SafetensorsHeader& header, const std::string& where) {
    Metadata metadata = header.metadata;
    metadata.erase(data::kChecksumKey);
    Keys keys(metadata, where);
    keys.expect("version", "1");
    const bool half = std::ranges::any_of(
        header.tensors, [](const auto& tensor) { return tensor.second.type != data::TensorType::float32; });
    if (!half && !header.metadata.contains(data::kChecksumKey)) throw refusal(where, "it has no checksum");
    Checkpoint checkpoint;
    checkpoint.network = read_network(keys, where);
    checkpoint.process = read_process(keys, where);
    checkpoint.prediction = diffusion::parse_prediction(keys.text("prediction"), where);
    checkpoint.data = keys.text("data");
    checkpoint.scaling = read_scaling(keys, dim_of(checkpoint.network), where);
    checkpoint.clean_moments = read_clean_moments(keys, dim_of(checkpoint.network), where);
    checkpoint.training = keys.section("training");
    keys.refuse_others();
    Shapes shapes;
    for (const auto& [name, entry] : header.tensors) shapes.emplace(name, entry.shape);
    const Shapes state = split_state(shapes);
    require_shapes(shapes, checkpoint.network, where);
    require_state(state, checkpoint.network, where);
    return checkpoint;
}

/// 17 significant digits: the same double comes back.
std::string number_text(double value) {
    char text[64];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 17);
    return {text, end};
}

std::string deviation_text(const data::Scaling& scaling) {
    if (scaling.has_common_deviation()) return number_text(scaling.deviation.front());
    return json(scaling.deviation).dump();
}

}  // namespace

void require_tensors(const data::TensorMap& tensors, const Architecture& network, const std::string& where) {
    Shapes shapes;
    for (const auto& [name, tensor] : tensors) shapes.emplace(name, tensor.shape);
    require_shapes(shapes, network, where);
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
    Checkpoint checkpoint;
    data::SafetensorsFile file = data::read_safetensors(
        path, [&](const data::SafetensorsHeader& header) { checkpoint = read_header(header, path.string()); });
    checkpoint.verified = file.verified;
    checkpoint.state = take_state(file.tensors);
    checkpoint.tensors = std::move(file.tensors);
    return checkpoint;
}

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
    data::SafetensorsFile file;
    const auto set = [&](const std::string& name, const std::string& value) { file.metadata[kPrefix + name] = value; };
    set("version", "1");
    const std::string architecture(name_of(checkpoint.network));
    set("architecture", architecture);
    const auto set_size = [&](std::string_view name, std::size_t size) {
        set(fmt::format("{}.{}", architecture, name), std::to_string(size));
    };
    set_size("dim", dim_of(checkpoint.network));
    if (const std::size_t classes = classes_of(checkpoint.network); classes > 0) set_size("classes", classes);
    Architecture network = checkpoint.network;
    for (const nn::NetworkSize& size : sizes_of(network)) set_size(size.name, *size.value);
    set("process", checkpoint.process.name);
    if (checkpoint.process.name == "ddpm") set("process.schedule", checkpoint.process.schedule);
    diffusion::for_each_process_parameter(checkpoint.process,
                                          [&]<class Value>(std::string_view name, const std::optional<Value>& value) {
                                              if (!value) return;
                                              if constexpr (std::is_same_v<Value, bool>) {
                                                  set(process_key(name), *value ? "on" : "off");
                                              } else {
                                                  set(process_key(name), number_text(*value));
                                              }
                                          });
    set("prediction", std::string(diffusion::prediction_name(checkpoint.prediction)));
    set("data", checkpoint.data);
    set("data.mean", json(checkpoint.scaling.mean).dump());
    set("data.deviation", deviation_text(checkpoint.scaling));
    if (checkpoint.clean_moments) {
        set(kMomentsMeanKey, json(checkpoint.clean_moments->mean).dump());
        set(kMomentsVarianceKey, json(checkpoint.clean_moments->variance).dump());
    }
    for (const auto& [key, value] : checkpoint.training) set("training." + key, value);
    file.tensors = checkpoint.tensors;
    if (checkpoint.state) {
        for (const auto& [name, values] : state_tensors(*checkpoint.state)) {
            file.tensors[name] = {{values->size()}, *values};
        }
    }
    data::write_safetensors(path, file);
}

}  // namespace scorefield::model
