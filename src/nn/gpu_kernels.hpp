#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/tensors.hpp"
#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "nn/dense_chain.hpp"
#include "nn/gpu_network.hpp"

namespace scorefield::nn {

/// A way to run a chain of dense layers (silu after all but the last) on a device: how weights and addends are packed,
/// and which dispatches run.
class ChainKernels {
  public:
    virtual ~ChainKernels() = default;
    virtual const std::string& variant() const = 0;
    virtual std::vector<float> pack_weights(const data::TensorMap& tensors) const = 0;
    /// Floats of one table row.
    virtual std::size_t row_floats() const = 0;
    /// `addends[l]` is the addend of layer l.
    virtual void pack_row(std::span<const std::vector<float>> addends, std::span<float> row) const = 0;
    virtual void record(gpu::Recorder& recorder, const gpu::Buffer& weights, const gpu::Buffer& rows,
                        const gpu::Buffer& values, const GpuEval& eval) const = 0;
};

/// All layers in as few dispatches as there are hidden layers; hidden width up to what shared memory holds. Null where
/// the chain or the device does not suit it.
std::unique_ptr<ChainKernels> make_fused_kernels(gpu::Device& device, const std::vector<DenseLayer>& layers);

/// One dispatch per layer, blocks of outputs. Throws base::Error (running) when a layer is too wide for the device.
std::unique_ptr<ChainKernels> make_dense_kernels(gpu::Device& device, const std::vector<DenseLayer>& layers);

/// Invocations per workgroup of these kernels: software devices amortise the staging of weights over many particles,
/// real ones want several small groups at a time.
std::uint32_t network_group(const gpu::Device& device);

/// Particles per pass through the layers: bounds the activations' memory.
std::uint32_t block_size(const gpu::Device& device);

/// Copies the (rows, columns) matrix into a zero-padded one with `stride` columns.
void pack_matrix(std::span<const float> matrix, std::size_t rows, std::size_t columns, std::size_t stride,
                 std::span<float> packed);

}  // namespace scorefield::nn
