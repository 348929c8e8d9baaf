#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gpu/pipeline.hpp"
#include "gpu/recorder.hpp"
#include "nn/dense_chain.hpp"
#include "nn/gpu_network.hpp"

namespace scorefield::nn {

/// What one float of a packed list is: an element of the weight, row-major, or of the addend of a layer; or padding, 0.
struct PackedPlace {
    static constexpr std::uint32_t kPadding = UINT32_MAX;

    std::uint32_t layer = kPadding;
    std::uint32_t element = 0;
};

/// A way to run a chain of dense layers (silu after all but the last) on a device: how weights and addends are packed,
/// and which dispatches run.
class ChainKernels {
  public:
    virtual ~ChainKernels() = default;
    virtual const std::string& variant() const = 0;
    /// Of the packed weights, float by float.
    virtual std::vector<PackedPlace> weight_places() const = 0;
    /// Of one table row, the addends of all layers.
    virtual std::vector<PackedPlace> row_places() const = 0;
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

/// Particles per pass through the layers: bounds the activations' memory.
std::uint32_t block_size(const gpu::Device& device);

/// Puts the (rows, columns) elements of a layer into `places`, whose rows have `stride` columns.
void place_matrix(std::size_t layer, std::size_t rows, std::size_t columns, std::size_t stride,
                  std::span<PackedPlace> places);

}  // namespace scorefield::nn
