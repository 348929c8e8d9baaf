#include <fmt/format.h>

#include <algorithm>

#include "nn/gpu_kernels.hpp"
#include "nn/unrolling.hpp"
#include "shaders/nn/dense_layer.comp.hpp"
#include "shaders/nn/dense_long_layer.comp.hpp"
#include "shaders/nn/dense_long_output.comp.hpp"
#include "shaders/nn/dense_output.comp.hpp"
#include "shaders/nn/dense_push.h"

namespace scorefield::nn {
namespace {

struct Layer {
    gpu::ComputePipeline pipeline;  ///< layers of the same kind and size share it
    std::uint32_t outputs = 0;      ///< including padding
    std::uint32_t blocks = 0;       ///< number of workgroups along the outputs
    std::size_t weights = 0;        ///< offset in floats
    std::size_t biases = 0;
};

constexpr std::uint32_t kOutputs = 8;        // accumulators per invocation
constexpr std::size_t kInputsAtMost = 1024;  // size of an invocation's private array

class DenseKernels : public ChainKernels {
  public:
    DenseKernels(gpu::Device& device, const std::vector<DenseLayer>& layers)
        : chain_(layers), group_(gpu::score_workgroup(device)) {
        for (std::size_t l = 0; l < layers.size(); ++l) {
            add_layer(device, layers[l], l == 0, l + 1 == layers.size());
            if (l + 1 < layers.size()) widest_ = std::max(widest_, layers_.back().outputs);
        }
        variant_ = fmt::format("dense-{}x{}-g{}", layers.front().outputs, layers.size() - 2, group_);
    }

    const std::string& variant() const override { return variant_; }
    std::vector<PackedPlace> weight_places() const override {
        std::vector<PackedPlace> places(weight_floats_);
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            place_matrix(l, chain_[l].outputs, chain_[l].inputs, chain_[l].inputs,
                         std::span(places).subspan(layers_[l].weights));
        }
        return places;
    }

    std::vector<PackedPlace> row_places() const override {
        std::vector<PackedPlace> places(bias_floats_);
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            place_matrix(l, 1, chain_[l].outputs, chain_[l].outputs, std::span(places).subspan(layers_[l].biases));
        }
        return places;
    }

    std::array<gpu::Buffer, 2> make_activations(gpu::Device& device, std::uint32_t block) const override {
        std::array<gpu::Buffer, 2> activations;
        for (gpu::Buffer& buffer : activations) {
            buffer = gpu::Buffer(device, "network activations", std::size_t{widest_} * block * sizeof(float));
        }
        return activations;
    }

    std::uint32_t parts() const override { return static_cast<std::uint32_t>(layers_.size()); }

    void record(gpu::Recorder& recorder, const ChainBuffers& buffers, const GpuEval& eval,
                std::uint32_t part) const override {
        const auto& [weights, rows, activations, block, values] = buffers;
        const auto plane = static_cast<std::uint32_t>(chain_.front().inputs) * eval.stride;
        const std::uint32_t groups = gpu::round_up(eval.count, group_) / group_;
        const Layer& layer = layers_.at(part);
        const bool first = part == 0;
        const gpu::Buffer& in = first ? values : activations[part % 2];
        const gpu::Buffer& out = activations[(part + 1) % 2];
        shaders::DensePush push = {.weights = static_cast<std::uint32_t>(layer.weights),
                                   .biases = static_cast<std::uint32_t>(eval.row * bias_floats_ + layer.biases),
                                   .in_first = first ? eval.src * plane + eval.first : 0,
                                   .in_stride = first ? eval.stride : block,
                                   .out_first = 0,
                                   .out_stride = block,
                                   .in_scale = first ? eval.c_in : 1.0F,
                                   .src_first = eval.src * plane + eval.first,
                                   .c_skip = eval.c_skip,
                                   .c_out = eval.c_out};
        if (part + 1 < layers_.size()) {
            recorder.dispatch(layer.pipeline, {reads(weights), reads(rows), reads(in), writes(out)}, push, groups,
                              layer.blocks);
        } else {
            push.out_first = eval.dst * plane + eval.first;
            push.out_stride = eval.stride;
            recorder.dispatch(layer.pipeline, {reads(weights), reads(rows), reads(in), reads_writes(values)}, push,
                              groups, layer.blocks);
        }
    }

  private:
    void add_layer(gpu::Device& device, const DenseLayer& dense, bool input, bool output) {
        const std::size_t shared_floats = device.properties().shared_memory_bytes / sizeof(float);
        const auto fits = [&](std::size_t block) {
            return (dense.inputs + 1) * block <= shared_floats && dense.inputs * block <= kUnrolledProducts;
        };
        Layer layer;
        layer.outputs = static_cast<std::uint32_t>(dense.outputs);
        if (!output) layer.outputs = gpu::round_up(layer.outputs, kOutputs);
        std::uint32_t block = layer.outputs;
        while (!output && block > kOutputs && (layer.outputs % block != 0 || !fits(block))) block -= kOutputs;
        // A hidden layer is unrolled if its weights fit shared memory. The first and last layer must also respect
        // kUnrolledProducts, because points may have many coordinates.
        const bool is_hidden = !input && !output;
        const bool is_unrolled =
            dense.inputs <= kInputsAtMost && (is_hidden ? (dense.inputs + 1) * block <= shared_floats : fits(block));
        const auto inputs = static_cast<std::uint32_t>(dense.inputs);
        std::vector<std::uint32_t> constants = {group_, inputs, block, output ? block : kOutputs};
        if (!is_unrolled) {
            layer.outputs = block = static_cast<std::uint32_t>(dense.outputs);
            constants = {group_, inputs, layer.outputs};
        }
        layer.blocks = is_unrolled ? layer.outputs / block : (layer.outputs + kOutputs - 1) / kOutputs;
        layer.weights = weight_floats_;
        layer.biases = bias_floats_;
        weight_floats_ += layer.outputs * dense.inputs;
        bias_floats_ += layer.outputs;
        layer.pipeline = gpu::ComputePipeline(device, fmt::format("network layer {}x{}", dense.inputs, dense.outputs),
                                              code(output, is_unrolled), constants);
        layers_.push_back(std::move(layer));
    }

    static std::span<const std::uint32_t> code(bool output, bool is_unrolled) {
        if (output && is_unrolled) return shaders::nn_dense_output_comp;
        if (output) return shaders::nn_dense_long_output_comp;
        if (is_unrolled) return shaders::nn_dense_layer_comp;
        return shaders::nn_dense_long_layer_comp;
    }

    std::vector<DenseLayer> chain_;
    std::uint32_t group_;
    std::vector<Layer> layers_;
    std::size_t weight_floats_ = 0;
    std::size_t bias_floats_ = 0;
    std::uint32_t widest_ = 0;  ///< outputs of a hidden layer
    std::string variant_;
};

}  // namespace

std::unique_ptr<ChainKernels> make_dense_kernels(gpu::Device& device, const std::vector<DenseLayer>& layers) {
    return std::make_unique<DenseKernels>(device, layers);
}

}  // namespace scorefield::nn
