#include <fmt/format.h>

#include <algorithm>

#include "nn/gpu_kernels.hpp"
#include "shaders/nn/mlp_first.comp.hpp"
#include "shaders/nn/mlp_last.comp.hpp"
#include "shaders/nn/mlp_middle.comp.hpp"
#include "shaders/nn/mlp_only.comp.hpp"
#include "shaders/nn/mlp_stage_push.h"
#include "shaders/nn/mlp_whole.comp.hpp"

namespace scorefield::nn {
namespace {

/// One dispatch: a hidden layer, the input layer before the first and the output layer after the last.
struct Stage {
    gpu::ComputePipeline pipeline;
    std::size_t weights = 0;  ///< offset in floats
    std::size_t biases = 0;
    bool first = false;
    bool last = false;
};

constexpr std::uint32_t kFusedOutputs = 8;  // the constant OUTPUTS of the shader

// Limits of networks in one dispatch:
constexpr std::size_t kMostStages = 4;              // nn/mlp_whole.comp has no more hidden layers
constexpr std::size_t kMostProducts = 4 * 64 * 64;  // more take too long to compile

class FusedKernels : public ChainKernels {
  public:
    /// `whole`: one dispatch for all stages.
    FusedKernels(gpu::Device& device, const std::vector<DenseLayer>& layers, std::uint32_t width, bool whole)
        : layers_(layers),
          width_(width),
          dim_(static_cast<std::uint32_t>(layers.front().inputs)),
          group_(gpu::score_workgroup(device)) {
        const std::size_t hidden = layers.size() - 2;
        for (std::size_t l = 0; l < hidden; ++l) {
            Stage stage;
            stage.first = l == 0;
            stage.last = l + 1 == hidden;
            stage.weights = weight_floats_;
            stage.biases = bias_floats_;
            if (!whole) {
                stage.pipeline = gpu::ComputePipeline(device, "network stage", code(stage), {group_, width_, dim_});
            }
            weight_floats_ += width_ * width_ + (stage.first ? width_ * dim_ : 0) + (stage.last ? width_ * dim_ : 0);
            bias_floats_ += width_ + (stage.first ? width_ : 0) + (stage.last ? dim_ : 0);
            stages_.push_back(std::move(stage));
        }
        if (whole) {
            whole_ = gpu::ComputePipeline(device, "network", shaders::nn_mlp_whole_comp,
                                          {group_, width_, dim_, static_cast<std::uint32_t>(hidden)});
        }
        variant_ = fmt::format("{}-{}x{}-g{}", whole ? "whole" : "fused", width_, hidden, group_);
    }

    const std::string& variant() const override { return variant_; }
    std::vector<PackedPlace> weight_places() const override {
        std::vector<PackedPlace> places(weight_floats_);
        const auto place = [&](std::size_t layer, std::size_t offset, std::size_t stride) {
            const DenseLayer& dense = layers_[layer];
            place_matrix(layer, dense.outputs, dense.inputs, stride, std::span(places).subspan(offset));
            return offset + stride * (layer + 1 == layers_.size() ? dim_ : width_);
        };
        for (std::size_t s = 0; s < stages_.size(); ++s) {
            std::size_t at = place(s + 1, stages_[s].weights, width_);
            if (stages_[s].first) at = place(0, at, dim_);
            if (stages_[s].last) place(s + 2, at, width_);
        }
        return places;
    }

    std::vector<PackedPlace> row_places() const override {
        std::vector<PackedPlace> places(bias_floats_);
        const auto place = [&](std::size_t layer, std::size_t offset) {
            const std::size_t outputs = layers_[layer].outputs;
            place_matrix(layer, 1, outputs, outputs, std::span(places).subspan(offset));
            return offset + width_;
        };
        for (std::size_t s = 0; s < stages_.size(); ++s) {
            std::size_t at = place(s + 1, stages_[s].biases);
            if (stages_[s].first) at = place(0, at);
            if (stages_[s].last) place(s + 2, at);
        }
        return places;
    }

    std::array<gpu::Buffer, 2> make_activations(gpu::Device& device, std::uint32_t block) const override {
        std::array<gpu::Buffer, 2> activations;
        if (parts() == 1) return activations;
        for (gpu::Buffer& buffer : activations) {
            buffer = gpu::Buffer(device, "network activations", std::size_t{width_} * block * sizeof(float));
        }
        return activations;
    }

    std::uint32_t parts() const override { return whole_ ? 1 : static_cast<std::uint32_t>(stages_.size()); }

    void record(gpu::Recorder& recorder, const ChainBuffers& buffers, const GpuEval& eval,
                std::uint32_t part) const override {
        const auto& [weights, rows, activations, block, values] = buffers;
        const Stage& stage = stages_.at(part);
        const shaders::MlpStagePush push = {
            .weights = static_cast<std::uint32_t>(stage.weights),
            .biases = static_cast<std::uint32_t>(eval.row * bias_floats_ + stage.biases),
            .particle = eval.first,
            .block = block,
            .stride = eval.stride,
            .src = eval.src,
            .dst = eval.dst,
            .c_in = eval.c_in,
            .c_skip = eval.c_skip,
            .c_out = eval.c_out};
        const std::uint32_t groups = gpu::round_up(eval.count, group_) / group_;
        const gpu::Buffer& in = activations[part % 2];
        const gpu::Buffer& out = activations[(part + 1) % 2];
        if (whole_) {
            recorder.dispatch(whole_, {reads(weights), reads(rows), reads_writes(values)}, push, groups);
        } else if (stage.first && stage.last) {
            recorder.dispatch(stage.pipeline, {reads(weights), reads(rows), reads_writes(values)}, push, groups);
        } else if (stage.first) {
            recorder.dispatch(stage.pipeline, {reads(weights), reads(rows), reads(values), writes(out)}, push, groups);
        } else if (stage.last) {
            recorder.dispatch(stage.pipeline, {reads(weights), reads(rows), reads_writes(values), reads(in)}, push,
                              groups);
        } else {
            recorder.dispatch(stage.pipeline, {reads(weights), reads(rows), reads(in), writes(out)}, push, groups);
        }
    }

  private:
    static std::span<const std::uint32_t> code(const Stage& stage) {
        if (stage.first && stage.last) return shaders::nn_mlp_only_comp;
        if (stage.first) return shaders::nn_mlp_first_comp;
        if (stage.last) return shaders::nn_mlp_last_comp;
        return shaders::nn_mlp_middle_comp;
    }

    std::vector<DenseLayer> layers_;
    std::uint32_t width_;  ///< padded to a multiple of kFusedOutputs; padding stays silu(0) = 0
    std::uint32_t dim_;
    std::uint32_t group_;
    std::vector<Stage> stages_;
    gpu::ComputePipeline whole_;
    std::size_t weight_floats_ = 0;
    std::size_t bias_floats_ = 0;
    std::string variant_;
};

}  // namespace

std::unique_ptr<ChainKernels> make_fused_kernels(gpu::Device& device, const std::vector<DenseLayer>& layers) {
    if (layers.size() < 3 || layers.front().inputs != layers.back().outputs || layers.back().silu) return nullptr;
    const std::size_t hidden = layers.front().outputs;
    for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
        if (layers[l].outputs != hidden || !layers[l].silu) return nullptr;
    }
    const std::uint32_t width = gpu::round_up(static_cast<std::uint32_t>(hidden), kFusedOutputs);
    const std::size_t dim = layers.front().inputs;
    const std::size_t shared_floats = width * width + 2 * width * dim + 2 * width + dim;
    if (dim > 4 || shared_floats * sizeof(float) > device.properties().shared_memory_bytes) return nullptr;
    const std::size_t stages = layers.size() - 2;
    const std::size_t whole_floats = width * width + 2 * width * dim + (stages + 1) * width + dim;
    // GPUs have too few registers for all activations of a particle, and too small caches for so much code.
    const bool whole = device.properties().is_software && stages > 1 && stages <= kMostStages &&
                       stages * width * width <= kMostProducts &&
                       whole_floats * sizeof(float) <= device.properties().shared_memory_bytes;
    return std::make_unique<FusedKernels>(device, layers, width, whole);
}

}  // namespace scorefield::nn
