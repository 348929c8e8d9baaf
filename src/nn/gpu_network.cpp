#include "nn/gpu_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "gpu/transfer.hpp"
#include "nn/evaluate.hpp"
#include "nn/gpu_kernels.hpp"
#include "shaders/nn/load_place.h"
#include "shaders/nn/load_rows.comp.hpp"
#include "shaders/nn/load_rows_push.h"
#include "shaders/nn/load_weights.comp.hpp"
#include "shaders/nn/load_weights_push.h"

namespace scorefield::nn {

/// Where a class's weights lie among the trained tensors, and the bias to which they are added.
struct LabelPlace {
    std::uint32_t weights = 0;
    std::uint32_t classes = 0;  ///< 0: there are no labels
    std::uint32_t bias = 0;
    std::uint32_t units = 0;  ///< numbers of the bias
};

namespace {

constexpr const char* kFrequencies = "time.frequencies";
constexpr std::uint32_t kLoadGroup = 128;
static_assert(shaders::kPadding == PackedPlace::kPadding);

/// Where the trained tensors begin, one after the other.
class TrainedOffsets {
  public:
    explicit TrainedOffsets(const std::vector<TensorSpec>& specs) {
        constexpr std::string_view kLabel = ".label";
        for (const TensorSpec& spec : trained_tensors(specs)) {
            offsets_[spec.name] = count_;
            count_ += static_cast<std::uint32_t>(element_count(spec));
        }
        for (const TensorSpec& spec : specs) {
            if (!spec.name.ends_with(kLabel)) continue;
            const std::string layer = spec.name.substr(0, spec.name.size() - kLabel.size());
            label_ = {of(spec.name), static_cast<std::uint32_t>(spec.shape[1]), of(layer + ".bias"),
                      static_cast<std::uint32_t>(spec.shape[0])};
        }
    }

    std::uint32_t count() const { return count_; }
    std::uint32_t of(const std::string& tensor) const { return offsets_.at(tensor); }
    const LabelPlace& label() const { return label_; }
    /// The place of the addend of the layer with this weight.
    shaders::LoadPlace addend(const std::string& weight, std::uint32_t element, std::size_t features) const {
        const std::string layer = weight.substr(0, weight.rfind('.'));
        const auto time = offsets_.find(layer + ".time");
        shaders::LoadPlace place = {of(layer + ".bias") + element};
        if (time != offsets_.end()) place.time = time->second + element * static_cast<std::uint32_t>(2 * features);
        return place;
    }

  private:
    std::map<std::string, std::uint32_t> offsets_;
    std::uint32_t count_ = 0;
    LabelPlace label_;
};

}  // namespace

struct GpuNetwork::Loads {
    Loads(gpu::Device& device, const std::vector<std::uint32_t>& weights, const std::vector<shaders::LoadPlace>& table,
          const TrainedOffsets& offsets)
        : pack(device, "pack weights", shaders::nn_load_weights_comp, {gpu::workgroup_size(device, kLoadGroup)}),
          rows(device, "time table", shaders::nn_load_rows_comp, {gpu::workgroup_size(device, kLoadGroup)}),
          weight_places(gpu::make_buffer<std::uint32_t>(device, "places of weights", weights)),
          row_places(gpu::make_buffer<shaders::LoadPlace>(device, "places of addends", table)),
          trained(device, "trained weights", VkDeviceSize{offsets.count()} * sizeof(float)),
          labels(offsets.label()) {}

    gpu::ComputePipeline pack, rows;
    gpu::Buffer weight_places, row_places;
    gpu::Buffer trained;  ///< a copy: rows of other times are computed from it, too
    LabelPlace labels;    ///< in `trained`
    std::optional<std::size_t> label;
};

std::uint32_t block_size(const gpu::Device& device) {
    return device.properties().is_software ? 16384 : 131072;
}

void place_matrix(std::size_t layer, std::size_t rows, std::size_t columns, std::size_t stride,
                  std::span<PackedPlace> places) {
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            places[row * stride + column] = {static_cast<std::uint32_t>(layer),
                                             static_cast<std::uint32_t>(row * columns + column)};
        }
    }
}

GpuNetwork::GpuNetwork(gpu::Device& device, NetworkGraph network, const data::TensorMap& tensors)
    : device_(device), network_(std::move(network)) {
    for (const auto& [name, tensor] : tensors) parameters_[name] = matrix_of(tensor);
    layers_ = dense_chain(network_.graph, network_.values.x, network_.values.output);
    kernels_ = make_fused_kernels(device_, layers_);
    if (!kernels_) kernels_ = make_dense_kernels(device_, layers_);
    row_places_ = kernels_->row_places();
    std::vector<float> packed;
    for (const PackedPlace& place : kernels_->weight_places()) {
        const bool padding = place.layer == PackedPlace::kPadding;
        packed.push_back(padding ? 0 : tensors.at(layers_[place.layer].weight).values[place.element]);
    }
    weights_ = gpu::make_buffer<float>(device_, "network weights", packed);
}

GpuNetwork::~GpuNetwork() = default;

const std::string& GpuNetwork::variant() const {
    return kernels_->variant();
}

double GpuNetwork::operations() const {
    double operations = 0;
    for (const DenseLayer& layer : layers_) operations += 2.0 * static_cast<double>(layer.inputs * layer.outputs);
    return operations;
}

void GpuNetwork::prepare_loads(const std::vector<TensorSpec>& specs) {
    const TrainedOffsets offsets(specs);
    if (loads_ && loads_->labels.classes == offsets.label().classes) return;
    if (load_count_ > 0) throw std::logic_error("GpuNetwork::prepare_loads: loaded with other classes");
    const std::size_t features = parameters_.at(kFrequencies).values.size();
    std::vector<shaders::LoadPlace> rows;
    std::vector<std::uint32_t> weights;
    for (const PackedPlace& place : kernels_->weight_places()) {
        const bool padding = place.layer == PackedPlace::kPadding;
        weights.push_back(padding ? PackedPlace::kPadding : offsets.of(layers_[place.layer].weight) + place.element);
    }
    for (const PackedPlace& place : row_places_) {
        rows.push_back(place.layer == PackedPlace::kPadding
                           ? shaders::LoadPlace()
                           : offsets.addend(layers_[place.layer].weight, place.element, features));
    }
    loads_ = std::make_unique<Loads>(device_, weights, rows, offsets);
}

void GpuNetwork::record_load(gpu::Recorder& recorder, const gpu::Buffer& trained, std::optional<std::size_t> label) {
    Loads& loads = *loads_;
    assert(!label || *label < loads.labels.classes);
    loads.label = label;
    recorder.copy(trained, 0, loads.trained, 0, loads.trained.bytes());
    const auto count = static_cast<std::uint32_t>(weights_.bytes() / sizeof(float));
    const std::uint32_t group = loads.pack.local_size()[0];
    recorder.dispatch(loads.pack, {gpu::reads(loads.trained), gpu::reads(loads.weight_places), gpu::writes(weights_)},
                      shaders::LoadWeightsPush{.count = count}, (count + group - 1) / group);
    ++load_count_;
}

GpuEvaluations::GpuEvaluations(const GpuNetwork& network, std::uint32_t particles)
    : network_(network),
      block_(std::min(block_size(network.device_), gpu::round_up(particles, gpu::kParticleMultiple))),
      activations_(network.kernels_->make_activations(network.device_, block_)) {}

TimeTable GpuEvaluations::make_table(std::span<const double> c_noise,
                                     const std::function<void()>& check_cancelled) const {
    TimeTable table;
    table.times.assign(c_noise.begin(), c_noise.end());
    if (table.times.empty()) return table;
    require_room(table.times.size());
    const std::size_t floats = table.times.size() * network_.row_places_.size();
    table.rows = gpu::Buffer(network_.device_, "time table", floats * sizeof(float));
    fill_features(table);
    // Once other weights are loaded, the network never returns to those that it was made with.
    if (network_.load_count_ == 0) fill_rows(table, check_cancelled);
    return table;
}

/// A program of many steps is the only reason for a large table.
void GpuEvaluations::require_room(std::size_t rows) const {
    const gpu::DeviceProperties& limits = network_.device_.properties();
    const std::uint64_t most_bytes = std::min(limits.max_storage_buffer_bytes, limits.max_allocation_bytes);
    const std::size_t floats =
        std::max(network_.row_places_.size(), 2 * network_.parameters_.at(kFrequencies).values.size());
    const std::uint64_t most = most_bytes / (floats * sizeof(float));
    if (rows <= most) return;
    throw base::request_error(
        "too many evaluations", "`steps`",
        fmt::format("the time table of {} evaluations does not fit into one buffer of {}", rows, limits.name),
        fmt::format("use fewer steps: at most {} evaluations of this network", most));
}

void GpuEvaluations::take(TimeTable table) {
    table_ = std::move(table);
    rows_pending_ = true;
    features_pending_ = true;
}

/// The rows of the weights that the network was made with, in double precision.
void GpuEvaluations::fill_rows(TimeTable& table, const std::function<void()>& check_cancelled) const {
    constexpr std::size_t kRowsPerCheck = 64;
    Bindings bindings;
    for (const auto& [name, matrix] : network_.parameters_) bindings[name] = &matrix;
    std::vector<Value> addends;
    for (const DenseLayer& layer : network_.layers_) addends.push_back(layer.addend);

    const std::vector<PackedPlace>& places = network_.row_places_;
    table.rows_staging =
        gpu::Buffer(network_.device_, "time table staging", table.rows.bytes(), gpu::MemoryUse::upload);
    auto next = table.rows_staging.mapped<float>().begin();
    for (std::size_t row = 0; row < table.times.size(); ++row) {
        if (check_cancelled && row % kRowsPerCheck == 0) check_cancelled();
        Matrix time(1, 1);
        time.at(0, 0) = table.times[row];
        bindings["c_noise"] = &time;
        const std::vector<Matrix> values = evaluate(network_.network_.graph, bindings, addends);
        for (const PackedPlace& place : places) {
            const bool padding = place.layer == PackedPlace::kPadding;
            *next++ = padding ? 0 : static_cast<float>(values[place.layer].values[place.element]);
        }
    }
}

/// The features (sin(c f), cos(c f)) of every row.
void GpuEvaluations::fill_features(TimeTable& table) const {
    const Matrix& frequencies = network_.parameters_.at(kFrequencies);
    const std::size_t bytes = table.times.size() * 2 * frequencies.values.size() * sizeof(float);
    table.features = gpu::Buffer(network_.device_, "time features", bytes);
    table.features_staging = gpu::Buffer(network_.device_, "time features staging", bytes, gpu::MemoryUse::upload);
    auto next = table.features_staging.mapped<float>().begin();
    for (const double c : table.times) {
        for (const double f : frequencies.values) *next++ = static_cast<float>(std::sin(c * f));
        for (const double f : frequencies.values) *next++ = static_cast<float>(std::cos(c * f));
    }
}

bool GpuEvaluations::has_other_weights() const {
    return load_count_ != network_.load_count_;
}

bool GpuEvaluations::is_up_to_date() const {
    return !rows_pending_ && !has_other_weights();
}

void GpuEvaluations::record_uploads(gpu::Recorder& recorder) {
    if (!is_up_to_date() && !table_.times.empty()) {
        if (network_.load_count_ > 0) {
            record_rows(recorder);
        } else {
            recorder.copy(table_.rows_staging, 0, table_.rows, 0, table_.rows.bytes());
        }
    }
    rows_pending_ = false;
    load_count_ = network_.load_count_;
}

void GpuEvaluations::record_rows(gpu::Recorder& recorder) {
    const GpuNetwork::Loads& loads = *network_.loads_;
    const auto floats = static_cast<std::uint32_t>(network_.row_places_.size());
    const auto rows = static_cast<std::uint32_t>(table_.times.size());
    const std::uint32_t group = loads.rows.local_size()[0];
    const std::uint32_t most = network_.device_.properties().max_workgroup_count[1];
    if (features_pending_) recorder.copy(table_.features_staging, 0, table_.features, 0, table_.features.bytes());
    features_pending_ = false;
    const std::uint32_t label =
        loads.label ? loads.labels.weights + static_cast<std::uint32_t>(*loads.label) : shaders::kPadding;
    const std::size_t features = network_.parameters_.at(kFrequencies).values.size();
    shaders::LoadRowsPush push = {.floats = floats,
                                  .first = 0,
                                  .times = static_cast<std::uint32_t>(2 * features),
                                  .bias = loads.labels.bias,
                                  .units = loads.labels.units,
                                  .label = label,
                                  .classes = loads.labels.classes};
    for (std::uint32_t first = 0; first < rows; first += most) {
        push.first = first;
        recorder.dispatch(loads.rows,
                          {gpu::reads(loads.trained), gpu::reads(loads.row_places), gpu::reads(table_.features),
                           gpu::writes(table_.rows)},
                          push, (floats + group - 1) / group, std::min(most, rows - first));
    }
}

std::uint32_t GpuEvaluations::parts() const {
    return network_.kernels_->parts();
}

void GpuEvaluations::record(gpu::Recorder& recorder, const gpu::Buffer& values, const GpuEval& eval,
                            std::uint32_t part) const {
    network_.kernels_->record(recorder, {network_.weights_, table_.rows, activations_, block_, values}, eval, part);
}

void GpuEvaluations::record(gpu::Recorder& recorder, const gpu::Buffer& values, const GpuEval& eval) const {
    const std::uint32_t end = eval.first + eval.count;
    GpuEval some = eval;
    for (some.first = eval.first; some.first < end; some.first += block()) {
        some.count = std::min(block(), end - some.first);
        for (std::uint32_t part = 0; part < parts(); ++part) record(recorder, values, some, part);
    }
}

}  // namespace scorefield::nn
